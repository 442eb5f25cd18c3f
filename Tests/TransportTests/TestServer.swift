@testable import Transport

/// A server on a free loopback port.
final class TestServer: Sendable {
    let group: EventLoopGroup
    let listener: Listener
    var port: UInt16 { listener.port }
    var loop: EventLoop { group.loops[0] }

    private init(group: EventLoopGroup, listener: Listener) {
        self.group = group
        self.listener = listener
    }

    /// Serves while `body` runs, then shuts down.
    @discardableResult
    static func run<Value: Sendable>(
        loops: Int = 1, tls: TLSConfiguration? = nil, connectionCountMax: Int = 10_000,
        heldByteCountMax: Int = 64 << 20, crowded: @escaping @Sendable (Bool) -> Void = { _ in },
        limits change: (inout ConnectionLimits) -> Void = { _ in }, _ handler: Handler,
        _ body: (TestServer) async throws -> Value
    ) async throws -> Value {
        let group = EventLoopGroup(count: loops)
        var configuration = Listener.Configuration(tls: tls)
        configuration.connectionCountMax = connectionCountMax
        configuration.heldByteCountMax = heldByteCountMax
        // A loaded machine is slow: only a test of a timeout has a short one.
        configuration.limits.headTimeout = .seconds(60)
        configuration.limits.lingerTimeout = .milliseconds(500)
        change(&configuration.limits)
        var handler = handler
        handler.crowded = crowded
        let listener = try Listener.start(configuration, on: group, handler: handler)
        let server = TestServer(group: group, listener: listener)
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        await listener.shutdown(within: .zero)
        group.shutdown()
        return try result.get()
    }

    /// Waits until nothing waits for peers; false when that takes more than ten seconds.
    func holdsNothing() async -> Bool {
        for _ in 0..<1000 {
            if listener.totals.held == 0 { return true }
            await pause()
        }
        return false
    }

    /// Ten milliseconds of the loop's time.
    func pause() async {
        await withCheckedContinuation { done in loop.schedule(after: .milliseconds(10)) { done.resume() } }
    }

    /// Answers with what it was asked: "GET /path 3" for a body of three bytes.
    static let mirror = Handler.concurrent { exchange in
        do throws(TransportError) {
            let body = try await exchange.body(limit: 1_000_000)
            let text = "\(exchange.head.method) \(exchange.head.target) \(body.count)"
            exchange.respond(status: 200, headers: [("Content-Type", "text/plain")], body: Array(text.utf8))
        } catch {
            exchange.respond(status: error == .bodyTooLarge(limitByteCount: 1_000_000) ? 413 : 400)
        }
    }

    /// A WebSocket that sends every message back.
    static func echo(_ configuration: WebSocketConfiguration = WebSocketConfiguration()) -> Handler {
        Handler(request: { exchange in
            let handler = WebSocketHandler(message: { socket, message in
                if message.isBinary { socket.send(binary: message.copy()) } else { socket.send(text: message.text) }
            })
            if (try? exchange.acceptWebSocket(configuration: configuration, handler: handler)) == nil {
                exchange.respond(status: 400)
            }
        })
    }
}
