import Glibc
import Synchronization
import Transport

/// `load`: asks an `echo` server for as much as it gives, and reads what that costs it.
///
/// `--kind http|ws|hub|idle --port N [--pid SERVER] [--connections N] [--depth N] [--bytes N] [--seconds N]
/// [--ca FILE]`
enum LoadVerb {
    static func run(_ arguments: BenchArguments) async throws {
        let group = EventLoopGroup(count: arguments.number("threads", default: 1))
        defer { group.shutdown() }
        let tls = try arguments["ca"].map { try TLSClientConfiguration(trust: .rootsFile($0)) }
        let load = Load(
            group: group, tls: tls, port: UInt16(clamping: arguments.number("port", default: 9001)),
            connectionCount: arguments.number("connections", default: 64), depth: arguments.number("depth", default: 1),
            byteCount: arguments.number("bytes", default: 500))
        let seconds = arguments.number("seconds", default: 5)
        let pid = pid_t(truncatingIfNeeded: arguments.number("pid", default: 0))
        let kind = arguments["kind"] ?? "ws"
        if kind == "idle" { return try await idle(load, seconds: seconds, pid: pid) }
        try await load.start(kind)
        try await Task.sleep(for: .milliseconds(500))
        let (count, cpu) = (load.count.load(ordering: .relaxed), Int(ServerFigures.cpu(of: pid) / 1000))
        let begin = ContinuousClock.now
        try await Task.sleep(for: .seconds(seconds))
        let took = (ContinuousClock.now - begin) / .seconds(1)
        let done = load.count.load(ordering: .relaxed) - count
        let spent = Int(ServerFigures.cpu(of: pid) / 1000) - cpu
        print("\(kind) connections=\(load.connectionCount) depth=\(load.depth) bytes=\(load.byteCount):",
            "\(Int(Double(done) / took)) per second,", "server CPU \(Double(spent * 100 / max(1, done)) / 100) us each")
    }

    private static func idle(_ load: Load, seconds: Int, pid: pid_t) async throws {
        let before = Int(ServerFigures.resident(of: pid))
        try await load.start("idle")
        try await Task.sleep(for: .seconds(seconds))
        let after = Int(ServerFigures.resident(of: pid))
        print("idle connections=\(load.connectionCount): \((after - before) / load.connectionCount) bytes each")
    }
}

/// The client side of a measurement.
final class Load: Sendable {
    let connectionCount: Int
    let depth: Int
    let byteCount: Int
    let count = Atomic<Int>(0)
    private let group: EventLoopGroup
    private let tls: TLSClientConfiguration?
    private let port: UInt16

    init(
        group: EventLoopGroup, tls: TLSClientConfiguration?, port: UInt16, connectionCount: Int, depth: Int,
        byteCount: Int
    ) {
        (self.group, self.tls, self.port) = (group, tls, port)
        (self.connectionCount, self.depth, self.byteCount) = (connectionCount, depth, byteCount)
    }

    func start(_ kind: String) async throws {
        let host = tls == nil ? "127.0.0.1" : "localhost"
        var sockets: [WebSocket] = []
        for index in 0..<connectionCount {
            let loop = group.loops[index % group.loops.count]
            if kind == "http" {
                let connection = try await HTTPClientConnection.connect(host: host, port: port, tls: tls, on: loop)
                Task.immediate(executorPreference: loop) { await self.ask(connection) }
            } else {
                sockets.append(try await open(kind, host, loop))
            }
        }
        kept.withLock { $0 += sockets }
        let bytes = SharedBytes([UInt8](repeating: 0x61, count: byteCount))
        let senders = kind == "idle" ? [] : kind == "hub" ? Array(sockets.prefix(1)) : sockets
        for socket in senders {
            socket.loop.execute { for _ in 0..<self.depth { socket.send(binary: bytes) } }
        }
    }

    private let kept = Mutex<[WebSocket]>([])

    private func ask(_ connection: HTTPClientConnection) async {
        while (try? await connection.request("GET", "/")) != nil { count.add(1, ordering: .relaxed) }
    }

    /// The first socket of a hub sends again when its own copy is back; the others only count.
    private func open(_ kind: String, _ host: String, _ loop: EventLoop) async throws -> WebSocket {
        let answers = kind == "ws" || (kind == "hub" && hubOpened.exchange(true, ordering: .relaxed) == false)
        let bytes = SharedBytes([UInt8](repeating: 0x61, count: byteCount))
        return try await WebSocketClient.connect(
            host: host, port: port, target: kind == "hub" ? "/hub" : "/", tls: tls, on: loop,
            handler: WebSocketHandler(message: { socket, _ in
                self.count.add(1, ordering: .relaxed)
                if answers { socket.send(binary: bytes) }
            }))
    }

    private let hubOpened = Atomic<Bool>(false)
}
