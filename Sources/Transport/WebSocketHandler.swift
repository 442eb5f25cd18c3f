/// A message as it lies in the receive buffer: read or copy it before returning.
public struct WebSocketMessage {
    public let isBinary: Bool
    /// Good until the handler returns. Of a text message, checked UTF-8.
    public let bytes: UnsafeRawBufferPointer

    /// The bytes, to keep.
    public func copy() -> [UInt8] { Array(bytes) }
    /// The bytes, to keep and to send on.
    public func shared() -> SharedBytes { SharedBytes(copying: bytes) }
    /// The bytes as text, to keep.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// What a WebSocket tells its owner: on its loop, one call at a time, nothing after `closed`.
public struct WebSocketHandler: Sendable {
    public var message: @Sendable (WebSocket, WebSocketMessage) -> Void
    /// Pings are answered before this is called.
    public var ping: (@Sendable (WebSocket, [UInt8]) -> Void)?
    public var pong: (@Sendable (WebSocket, [UInt8]) -> Void)?
    /// The queue fell below the mark given to ``WebSocket/notifyWhenDrained(below:)``.
    public var drained: (@Sendable (WebSocket) -> Void)?
    /// The code that came or went in a close frame; 1005 when it carried none, 1006 when there was no close frame.
    public var closed: @Sendable (WebSocket, _ code: UInt16, _ reason: String) -> Void

    public init(
        message: @escaping @Sendable (WebSocket, WebSocketMessage) -> Void,
        ping: (@Sendable (WebSocket, [UInt8]) -> Void)? = nil,
        pong: (@Sendable (WebSocket, [UInt8]) -> Void)? = nil,
        drained: (@Sendable (WebSocket) -> Void)? = nil,
        closed: @escaping @Sendable (WebSocket, UInt16, String) -> Void = { _, _, _ in }
    ) {
        self.message = message
        self.ping = ping
        self.pong = pong
        self.drained = drained
        self.closed = closed
    }
}
