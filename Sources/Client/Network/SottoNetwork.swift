import Threads
import Transport

/// The event loop that clients share. One is enough for a process.
///
/// Shut it down after its clients are closed; it traps when it goes without.
public final class SottoNetwork: Sendable {
    private let group: EventLoopGroup

    /// For all who bring none of their own. It stays until the process ends.
    static let shared = SottoNetwork()

    /// Starts one thread.
    public init() { group = EventLoopGroup(count: 1) }

    /// Stops the thread. What is still open is cut.
    public func shutdown() { group.shutdown() }

    /// The way to one server.
    /// - Throws: ``TransportError/badCertificate(_:)``.
    func network(to server: ServerAddress, trust: TLSClientConfiguration.Trust) throws(TransportError) -> Network {
        guard let loop = group.loops.first else { preconditionFailure("a group has a loop") }
        let tls = server.isSecure ? try TLSClientConfiguration(trust: trust) : nil
        let connector = Connector(server: server, tls: tls, loop: loop)
        return Network(
            exchange: { (request) async throws(TransportError) in try await connector.exchange(request) },
            openLine: { (path, subprotocols) async throws(TransportError) in
                try await connector.openLine(path, subprotocols)
            },
            close: { await connector.close() })
    }
}

/// Keeps one connection for requests, and opens sockets. Closed, it ends what is under way and begins nothing.
private actor Connector {
    private let server: ServerAddress
    private let tls: TLSClientConfiguration?
    private let loop: EventLoop
    private var connection: HTTPClientConnection?
    /// By number: those that a request is under way on.
    private var busy: [UInt64: HTTPClientConnection] = [:]
    private var requestCount: UInt64 = 0
    private var isClosed = false

    init(server: ServerAddress, tls: TLSClientConfiguration?, loop: EventLoop) {
        self.server = server
        self.tls = tls
        self.loop = loop
    }

    func exchange(_ request: Network.Request) async throws(TransportError) -> Network.Answer {
        guard !isClosed else { throw .closedLocally }
        if let connection {
            do {
                return try await ask(connection, request)
            } catch {
                // A kept connection may have been closed meanwhile. Every request of ours may be repeated: what must
                // not happen twice carries a client id.
                if self.connection === connection { self.connection = nil }
                guard !isClosed, error == .closedByPeer || error == .closedLocally else { throw error }
            }
        }
        let fresh = try await HTTPClientConnection.connect(host: server.host, port: server.port, tls: tls, on: loop)
        guard !isClosed else {
            fresh.close()
            throw .closedLocally
        }
        connection = fresh
        return try await ask(fresh, request)
    }

    private func ask(
        _ connection: HTTPClientConnection, _ request: Network.Request
    ) async throws(TransportError) -> Network.Answer {
        requestCount += 1
        let number = requestCount
        busy[number] = connection
        defer { busy[number] = nil }
        let response = try await connection.request(
            request.method, request.path, headers: request.headers, body: request.body)
        return Network.Answer(
            status: response.status, mediaType: response.headers["content-type"] ?? "", body: response.body,
            uploadOffset: response.headers["upload-offset"].flatMap { UInt64($0) })
    }

    func openLine(_ path: String, _ subprotocols: [String]) async throws(TransportError) -> SocketLine {
        let (incoming, continuation) = AsyncStream<SocketLine.Incoming>.makeStream()
        let (end, ended) = AsyncStream<Never>.makeStream()
        let flow = Flow()
        let handler = WebSocketHandler(
            message: { (socket, message) in
                let bytes = message.copy()
                // Before whoever deals with it can say that it did.
                if flow.arrived(bytes.count) { socket.pauseReading() }
                continuation.yield(.message(bytes))
            },
            closed: { (_, code, _) in
                continuation.yield(.closed(code: code))
                continuation.finish()
                ended.finish()
            })
        var configuration = WebSocketConfiguration()
        configuration.closeTimeout = .seconds(2)
        let socket = try await WebSocketClient.connect(
            host: server.host, port: server.port, target: path, subprotocols: subprotocols, tls: tls, on: loop,
            configuration: configuration, handler: handler)
        return SocketLine(
            incoming: incoming, taken: { (byteCount) in if flow.taken(byteCount) { socket.resumeReading() } },
            waitingCount: { flow.waitingCount }, send: { (bytes) in socket.send(binary: bytes) },
            close: { socket.close() },
            gone: { await Task { for await _ in end {} }.value },
            cut: { socket.abort() })
    }

    func close() {
        isClosed = true
        connection?.close()
        connection = nil
        for connection in busy.values { connection.close() }
    }
}

/// Counts messages between the socket and whoever deals with them, and says when to hold the server back.
final class Flow: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    static let highMark = 256
    static let lowMark = 64
    /// The same of bytes: room for a few of the longest messages (1 MiB).
    static let highByteCount = 4 << 20
    static let lowByteCount = 1 << 20

    private let lock = Lock()
    private var count = 0
    private var byteCount = 0
    private var isHeldBack = false

    var waitingCount: Int { lock.withLock { count } }

    /// One more came: whether to pause. What was read already may still come after that.
    func arrived(_ byteCount: Int) -> Bool {
        lock.withLock {
            count += 1
            self.byteCount += byteCount
            guard !isHeldBack, count >= Self.highMark || self.byteCount >= Self.highByteCount else { return false }
            isHeldBack = true
            return true
        }
    }

    /// One was dealt with: whether to go on.
    func taken(_ byteCount: Int) -> Bool {
        lock.withLock {
            count -= 1
            self.byteCount -= byteCount
            guard isHeldBack, count <= Self.lowMark, self.byteCount <= Self.lowByteCount else { return false }
            isHeldBack = false
            return true
        }
    }
}
