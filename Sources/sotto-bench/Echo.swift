import Transport

/// A WebSocket server that sends every message back: for conformance suites and measurements.
struct Echo {
    let listener: Listener

    /// Messages up to 16 MiB, on every path; any other request is answered with a short text.
    static func start(
        on group: EventLoopGroup, port: UInt16, tls: TLSConfiguration? = nil
    ) throws(TransportError) -> Echo {
        var configuration = WebSocketConfiguration()
        configuration.messageByteCountMax = 16 * 1024 * 1024
        configuration.queueByteCountMax = 256 * 1024 * 1024
        let socket = configuration
        let handler = Handler(request: { exchange in
            if exchange.head.asksForWebSocket {
                do {
                    try exchange.acceptWebSocket(configuration: socket, handler: WebSocketHandler(message: Self.echo))
                } catch {
                    exchange.respond(status: 400)
                }
            } else {
                exchange.respond(status: 200, headers: [("Content-Type", "text/plain")], body: Array("hello\n".utf8))
            }
        })
        return Echo(listener: try Listener.start(.init(port: port, tls: tls), on: group, handler: handler))
    }

    private static func echo(_ socket: WebSocket, _ message: WebSocketMessage) {
        if message.isBinary { socket.send(binary: message.shared()) } else { socket.send(text: message.shared()) }
    }
}
