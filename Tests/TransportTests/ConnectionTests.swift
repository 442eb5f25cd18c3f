import Glibc
import TestKit
import Testing

@testable import Transport

@Suite("Connections")
struct ConnectionTests {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("connections above the limit are closed at once, and there is room again when others go")
    func limit() async throws {
        try await TestServer.run(connectionCountMax: 3, TestServer.mirror) { server in
            let outcomes = await ownThread {
                let held = (0..<3).map { _ in RawPeer(port: server.port) }
                let first = held.map { $0.ask(Self.get)?.status }
                let refused = RawPeer(port: server.port).receiveAll()
                return (first, refused)
            }
            #expect(outcomes.0 == [200, 200, 200])
            #expect(outcomes.1 ?? [] == [])
            while server.listener.totals.open > 0 { await Task.yield() }
            #expect(await RawPeer.run(server.port) { $0.ask(Self.get)?.status } == 200)
            #expect(server.listener.totals.refused == 1)
        }
    }

    @Test("the totals add up")
    func totals() async throws {
        try await TestServer.run(TestServer.mirror) { server in
            let answer = await RawPeer.run(server.port) { peer in
                peer.send(Self.get)
                peer.endSending()
                return peer.receiveAll() ?? []
            }
            while server.listener.totals.open > 0 { await Task.yield() }
            let totals = server.listener.totals
            #expect(totals.accepted == 1)
            #expect(totals.bytesIn == Self.get.utf8.count)
            #expect(totals.bytesOut == answer.count)
            #expect(totals.acceptErrors == 0)
        }
    }

    @Test("two hundred slow peers are cut, and a good one does not notice them")
    func slowPeers() async throws {
        try await TestServer.run(
            limits: { ($0.headTimeout, $0.bodyTimeout) = (.milliseconds(400), .milliseconds(400)) }, TestServer.mirror
        ) { server in
            let good = await ownThread {
                let body = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1"
                let starts = ["", "G", "GET / HTTP/1.1\r\nX: ", body]
                let slow = (0..<200).map { index in
                    let peer = RawPeer(port: server.port)
                    peer.send(starts[index % starts.count])
                    return peer
                }
                let good = RawPeer(port: server.port)
                let answers = (0..<50).count { _ in good.ask(Self.get)?.status == 200 }
                return (answers, slow.count { $0.receiveAll() != nil })
            }
            #expect(good == (50, 200))
        }
    }

    @Test("a port that is taken, or an address that is none, is an error")
    func cannotListen() async throws {
        let group = EventLoopGroup(count: 1)
        defer { group.shutdown() }
        #expect(throws: TransportError.self) {
            try Listener.start(.init(host: "localhost"), on: group, handler: TestServer.mirror)
        }
        #expect(throws: TransportError.self) {
            try Listener.start(.init(host: "192.0.2.1"), on: group, handler: TestServer.mirror)
        }
    }

    @Test("a thousand connections of every kind leave no descriptor behind")
    func churn() async {
        await #expect(processExitsWith: .success) {
            let server = try TestCertificate.localhost.server()
            let trust = try TestCertificate.localhost.client()
            let left = try await Churn.run(server, trust) + Churn.run(nil, nil)
            Churn.say("left open", left)
            exit(left.isEmpty ? 0 : 1)
        }
    }

    @Test("no child process inherits a port or a connection")
    func inheritance() async {
        await #expect(processExitsWith: .success) {
            let before = Churn.openDescriptors()
            let shared = try await TestServer.run(TestServer.mirror) { server in
                let client = try await HTTPClientConnection.connect(
                    host: "localhost", port: server.port, tls: nil, on: server.loop)
                _ = try await client.request("GET", "/")
                let made = Churn.openDescriptors().filter { before[$0.key] != $0.value }
                guard made.values.count(where: { $0.hasPrefix("socket:") }) >= 3 else { exit(2) }
                // One that a child would inherit is seen.
                let planted = dup(made.keys.min() ?? -1)
                guard planted >= 0, Churn.inherited(over: before).keys.contains(planted) else { exit(3) }
                close(planted)
                return Churn.inherited(over: before)
            }
            Churn.say("a child would inherit", shared.values.sorted())
            exit(shared.isEmpty ? 0 : 1)
        }
    }

    @Test("out of descriptors, the server waits and goes on")
    func outOfDescriptors() async {
        await #expect(processExitsWith: .success) {
            let group = EventLoopGroup(count: 1)
            let listener = try Listener.start(.init(), on: group, handler: TestServer.mirror)
            var limit = rlimit(rlim_cur: 64, rlim_max: 64)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let port = listener.port
            let status = await ownThread { () -> Int? in
                var taken: [Int32] = []
                let peer = RawPeer(port: port) // in the backlog, or accepted
                while case let descriptor = dup(1), descriptor >= 0 { taken.append(descriptor) }
                let last = taken.popLast().map { close($0) }
                let waiting = RawPeer(port: port) // takes the last descriptor: the server has none to accept it with
                while listener.totals.acceptErrors == 0 { usleep(1000) }
                for descriptor in taken { close(descriptor) }
                _ = (peer, last)
                return waiting.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")?.status
            }
            exit(status == 200 ? 0 : 1)
        }
    }
}

/// Connects and disconnects in every way, in a process of its own; the result names what was left open.
enum Churn {
    static func run(_ tls: TLSConfiguration?, _ trust: TLSClientConfiguration?) async throws -> [String] {
        let before = openDescriptors()
        try await TestServer.run(loops: 2, tls: tls, TestServer.echo()) { server in
            for round in 0..<20 {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for index in 0..<25 {
                        tasks.addTask { try await one(server, trust, (round + index) % 5) }
                    }
                    try await tasks.waitForAll()
                }
            }
        }
        // A task that has ended may hold its loop for a moment longer.
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let left = openDescriptors().filter { before[$0.key] != $0.value }
            if left.isEmpty || ContinuousClock.now > deadline { return left.values.sorted() }
            await Task.yield()
        }
    }

    private static func one(_ server: TestServer, _ trust: TLSClientConfiguration?, _ kind: Int) async throws {
        let loop = server.group.loops[kind % 2]
        if kind == 0 {
            return await RawPeer.run(server.port) { peer in
                peer.send("GET / HT")
                peer.resetOnClose()
            }
        }
        if kind == 1 {
            let client = try await HTTPClientConnection.connect(
                host: "localhost", port: server.port, tls: trust, on: loop)
            guard try await client.request("GET", "/").status == 400 else { throw TransportError.malformed }
            return client.close()
        }
        let done = Journal<Void>()
        let socket = try await WebSocketClient.connect(
            host: "localhost", port: server.port, tls: trust, on: loop,
            handler: WebSocketHandler(
                message: { socket, _ in kind == 2 ? socket.close() : socket.abort() },
                closed: { _, _, _ in done.add(()) }))
        if kind == 4 { socket.close(code: 1000) } else { socket.send(text: "x") }
        _ = await done.wait()
    }

    static func say(_ what: String, _ names: [String]) {
        for name in names {
            let line = Array("\(what): \(name)\n".utf8)
            _ = write(2, line, line.count)
        }
    }

    /// Those of them that were not there before and that a child would inherit.
    static func inherited(over before: [Int32: String]) -> [Int32: String] {
        openDescriptors().filter { before[$0.key] != $0.value && fcntl($0.key, F_GETFD) & FD_CLOEXEC == 0 }
    }

    /// What is behind each open descriptor.
    static func openDescriptors() -> [Int32: String] {
        var found: [Int32: String] = [:]
        for descriptor in Int32(0)..<20_000 where fcntl(descriptor, F_GETFD) >= 0 {
            var name = [CChar](repeating: 0, count: 256)
            let n = readlink("/proc/self/fd/\(descriptor)", &name, name.count - 1)
            found[descriptor] = String(decoding: name.prefix(max(0, n)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        return found
    }
}
