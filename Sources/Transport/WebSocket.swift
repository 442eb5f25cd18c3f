import CTransport

/// One WebSocket, of a server or a client. RFC 6455, no extensions.
///
/// Calls may come from any thread; on the loop they take effect at once, and what they queue leaves together with what
/// else the loop queued in the same pass. State: belongs to the loop, which is why this is `Sendable`.
public final class WebSocket: ConnectionOwner, @unchecked Sendable {
    private enum Opcode {
        static let text: UInt8 = 1
        static let binary: UInt8 = 2
        static let ping: UInt8 = 9
    }

    /// The subprotocol agreed on.
    public let subprotocol: String?
    private var handler: WebSocketHandler?

    init(loop: EventLoop, handle: OpaquePointer, handler: WebSocketHandler, subprotocol: String?) {
        self.handler = handler
        self.subprotocol = subprotocol
        super.init(loop: loop, handle: handle)
    }

    // MARK: Sending

    /// Must be UTF-8.
    public func send(text: SharedBytes) { send(Opcode.text, text) }
    public func send(text: String) { send(Opcode.text, SharedBytes(utf8: text)) }
    public func send(binary: SharedBytes) { send(Opcode.binary, binary) }
    public func send(binary: [UInt8]) { send(Opcode.binary, SharedBytes(binary)) }

    /// At most 125 bytes; more are cut off.
    public func ping(_ payload: [UInt8] = []) { send(Opcode.ping, SharedBytes(Array(payload.prefix(125)))) }

    /// Bytes queued and not yet taken by the kernel.
    public var bufferedByteCount: Int { ct_buffered(handle) }

    /// Whether the peer reads more slowly than it is written to: the last pass of the loop left more than `left` bytes,
    /// or more than `queued` are queued now, some of which may leave at once. Call it on the loop.
    public func isBehind(left: Int, queued: Int) -> Bool { ct_websocket_is_behind(handle, left, queued) }

    /// `drained` is called once when fewer than `byteCount` bytes are queued, which may be now.
    public func notifyWhenDrained(below byteCount: Int) {
        loop.perform { ct_notify_drained(self.handle, max(0, byteCount)) }
    }

    /// Says that so many bytes more, or fewer, are kept elsewhere until the peer has read: they count as waiting for
    /// it (``Listener/Configuration/heldByteCountMax``). Call it on the loop.
    public func hold(byteCount: Int) { ct_hold(handle, Int64(byteCount)) }

    // MARK: Reading

    /// No message is delivered, and the peer is held back, until ``resumeReading()``.
    public func pauseReading() { loop.perform { ct_pause(self.handle) } }
    public func resumeReading() { loop.perform { ct_resume(self.handle) } }

    // MARK: Ending

    /// Starts the closing handshake after what is queued; `closed` follows. The reason is cut to 123 bytes of UTF-8.
    public func close(code: UInt16 = 1000, reason: String = "") {
        let text = Self.truncated(reason, byteCountMax: 123)
        loop.perform { ct_websocket_close(self.handle, code, text, text.count) }
    }

    /// Cuts the connection without a word.
    public func abort() { loop.perform { ct_abort(self.handle) } }

    /// The longest start of `text` that fits, ending between characters.
    static func truncated(_ text: String, byteCountMax: Int) -> [UInt8] {
        var bytes = Array(text.utf8.prefix(byteCountMax + 1))
        guard bytes.count > byteCountMax else { return bytes }
        // The byte that does not fit tells whether a character ends before it.
        while let next = bytes.popLast(), next & 0xc0 == 0x80 {}
        return bytes
    }

    private func send(_ opcode: UInt8, _ bytes: SharedBytes) {
        if loop.isCurrent {
            _ = ct_websocket_send(handle, opcode, bytes.retainedHandle())
        } else {
            loop.execute { _ = ct_websocket_send(self.handle, opcode, bytes.retainedHandle()) }
        }
    }

    // MARK: From the C side

    override func message(isBinary: Bool, _ bytes: UnsafeRawBufferPointer) {
        handler?.message(self, WebSocketMessage(isBinary: isBinary, bytes: bytes))
    }

    override func ping(_ bytes: UnsafeRawBufferPointer) {
        if let ping = handler?.ping { ping(self, Array(bytes)) }
    }

    override func pong(_ bytes: UnsafeRawBufferPointer) {
        if let pong = handler?.pong { pong(self, Array(bytes)) }
    }

    override func drained() { handler?.drained?(self) }

    override func closed(_ why: TransportError, code: UInt16, reason: UnsafeRawBufferPointer) {
        let last = handler
        handler = nil // it may hold us
        last?.closed(self, code == 0 ? 1006 : code, String(decoding: reason, as: UTF8.self))
    }

    /// The connection had gone before the upgrade was answered.
    func neverOpened(_ why: TransportError) {
        closed(why, code: 1006, reason: UnsafeRawBufferPointer(start: nil, count: 0))
    }
}

extension EventLoop {
    /// Sends the same bytes to many sockets of this loop; call it on the loop. One buffer serves all.
    public func broadcast(binary bytes: SharedBytes, to sockets: [WebSocket]) {
        for socket in sockets { socket.send(binary: bytes) }
    }

    /// Sends the same UTF-8 to many sockets of this loop; call it on the loop. One buffer serves all.
    public func broadcast(text bytes: SharedBytes, to sockets: [WebSocket]) {
        for socket in sockets { socket.send(text: bytes) }
    }
}
