import Transport

/// A WebSocket server that sends every message back: for conformance suites and measurements.
///
/// `/hub` is different: a message there goes to every socket on `/hub`. Other requests are answered with a short text.
struct Echo {
    let listener: Listener

    /// Messages up to 16 MiB.
    static func start(
        on group: EventLoopGroup, port: UInt16, tls: TLSConfiguration? = nil
    ) throws(TransportError) -> Echo {
        var configuration = WebSocketConfiguration()
        configuration.messageByteCountMax = 16 * 1024 * 1024
        configuration.queueByteCountMax = 256 * 1024 * 1024
        let socket = configuration
        let hubs = group.loops.map { Hub(loop: $0) }
        let handler = Handler(request: { exchange in
            guard exchange.head.asksForWebSocket else {
                let type = [("Content-Type", "text/plain")]
                return exchange.respond(status: 200, headers: type, body: Array("hello\n".utf8))
            }
            do {
                if exchange.head.path == "/hub" {
                    try Hub.join(exchange, hubs, socket)
                } else {
                    try exchange.acceptWebSocket(configuration: socket, handler: WebSocketHandler(message: echo))
                }
            } catch {
                exchange.respond(status: 400)
            }
        })
        var address = Listener.Configuration(port: port, tls: tls)
        address.limits.idleTimeout = .seconds(600)
        return Echo(listener: try Listener.start(address, on: group, handler: handler))
    }

    private static func echo(_ socket: WebSocket, _ message: WebSocketMessage) {
        if message.isBinary { socket.send(binary: message.shared()) } else { socket.send(text: message.shared()) }
    }
}

/// The sockets of one loop that hear each other. State: belongs to the loop's thread.
final class Hub: @unchecked Sendable {
    private let loop: EventLoop
    private var sockets: [WebSocket] = []

    init(loop: EventLoop) { self.loop = loop }

    static func join(_ exchange: HTTPExchange, _ hubs: [Hub], _ configuration: WebSocketConfiguration) throws {
        let own = hubs.first { $0.loop === exchange.loop }
        let handler = WebSocketHandler(
            message: { _, message in
                let bytes = message.shared()
                for hub in hubs { hub.loop.perform { hub.loop.broadcast(binary: bytes, to: hub.sockets) } }
            },
            closed: { socket, _, _ in own?.sockets.removeAll { $0 === socket } })
        let socket = try exchange.acceptWebSocket(configuration: configuration, handler: handler)
        own?.sockets.append(socket)
    }
}
