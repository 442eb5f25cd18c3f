import CTransport

/// One accepted connection while it speaks HTTP: hands each request to the handler, one at a time.
final class ServerConnection: ConnectionOwner, @unchecked Sendable {
    /// Gone when the connection is, so that an exchange somebody keeps holds nothing of the server.
    private var handler: Handler?
    private var current: ExchangeState?

    init(loop: EventLoop, handle: OpaquePointer, handler: Handler) {
        self.handler = handler
        super.init(loop: loop, handle: handle)
    }

    override func head(_ head: ct_head) {
        let state = ExchangeState(connection: self, head: RequestHead(head))
        current = state
        handler?.request(HTTPExchange(state))
    }

    override func body(_ bytes: UnsafeRawBufferPointer) { current?.body.received(bytes) }

    override func bodyEnd() { current?.body.ended() }

    override func refused(status: Int) {
        let error: TransportError = status == 408 ? .timedOut : .malformed
        if let current {
            current.body.failed(error)
            if !current.isWaiting { return ct_abort(handle) } // its answer has begun
            current.abandon()
        }
        guard let (headers, body) = handler?.refusal(status) else { return }
        var bytes: [UInt8] = []
        ResponseHead.append(status: status, headers: headers, to: &bytes)
        ResponseHead.appendField("Content-Length", String(body.count), to: &bytes)
        loop.date.append(to: &bytes)
        ResponseHead.appendField("Connection", "close", to: &bytes)
        ResponseHead.endLine(&bytes)
        write(SharedBytes(bytes + body))
        finish()
    }

    override func drained() { current?.drained() }

    override func closed(_ why: TransportError, code: UInt16, reason: UnsafeRawBufferPointer) {
        let last = current
        current = nil
        handler = nil
        last?.connectionClosed(why)
    }

    /// The current response is complete; the next request may come.
    func finish() {
        current = nil
        ct_http_finish(handle)
    }

    /// From here on the connection is a WebSocket's.
    func becomeWebSocket(_ configuration: ct_websocket_configuration, owner: WebSocket) {
        current = nil
        handler = nil
        var configuration = configuration
        ct_websocket_start(handle, &configuration, owner.retainedPointer())
        Unmanaged.passUnretained(self).release() // the count the C side held for its owner
    }
}
