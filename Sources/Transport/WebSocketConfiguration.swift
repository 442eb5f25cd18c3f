import CTransport

/// The bounds of one WebSocket.
public struct WebSocketConfiguration: Sendable {
    /// A longer message is refused from the frame's header with 1009.
    public var messageByteCountMax: Int
    /// What may wait to be sent; above it the queue is dropped and the socket closed with ``overflowCode``. So is one
    /// whose peer began a message and is slower with the rest than ``ConnectionLimits/byteRateMin``.
    public var queueByteCountMax: Int
    public var overflowCode: UInt16
    /// A ping after this much silence; after as much again the socket is cut. nil: never.
    public var pingInterval: Duration?
    /// How long a close may take until the socket is cut.
    public var closeTimeout: Duration
    /// A peer that took nothing of what waits for so long is cut; we hear ``overflowCode``.
    public var stallTimeout: Duration

    public init(
        messageByteCountMax: Int = 1024 * 1024, queueByteCountMax: Int = 4 * 1024 * 1024, overflowCode: UInt16 = 1013,
        pingInterval: Duration? = nil, closeTimeout: Duration = .seconds(10), stallTimeout: Duration = .seconds(30)
    ) {
        self.messageByteCountMax = messageByteCountMax
        self.queueByteCountMax = queueByteCountMax
        self.overflowCode = overflowCode
        self.pingInterval = pingInterval
        self.closeTimeout = closeTimeout
        self.stallTimeout = stallTimeout
    }

    func forC(isClient: Bool) -> ct_websocket_configuration {
        ct_websocket_configuration(
            messageByteCountMax: UInt64(max(0, messageByteCountMax)),
            queueByteCountMax: UInt64(max(0, queueByteCountMax)),
            pingInterval: pingInterval?.millisecondsClamped ?? 0, closeTimeout: closeTimeout.millisecondsClamped,
            stallTimeout: stallTimeout.millisecondsClamped, overflowCode: overflowCode, isClient: isClient)
    }
}
