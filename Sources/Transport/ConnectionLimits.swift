import CTransport

/// The bounds of one connection. A deadline passed is answered with 408 where an answer is possible, else cut.
public struct ConnectionLimits: Sendable {
    /// Of a head; above it, 431. Also bounds a chunk's header and trailers. What a chunk's header says beside the size
    /// is passed over: up to 1 KiB of it, and up to this and as much as the body in all of a body.
    public var headByteCountMax = 16 * 1024
    /// Above it, 431.
    public var headerFieldCountMax = 100
    /// How much of a body that nobody read is thrown away to keep the connection; above it, the connection closes.
    public var drainByteCountMax = 64 * 1024
    /// From the first byte of a head to its last, and from a connect to the first byte.
    public var headTimeout = Duration.seconds(10)
    /// Between two requests.
    public var idleTimeout = Duration.seconds(60)
    /// How long a body may take to begin, a WebSocket message that is not whole to go on, and a response until the peer
    /// takes more of it. From then on each byte buys its time at ``byteRateMin``, up to three times this: a bad network
    /// may stall, a trickle ends.
    public var bodyTimeout = Duration.seconds(15)
    public var writeTimeout = Duration.seconds(20)
    /// Bytes per second that a body, a WebSocket message in pieces, or a reader of a response makes at least.
    public var byteRateMin = 1024
    /// TLS, or a client's connect and TLS together.
    public var handshakeTimeout = Duration.seconds(10)
    /// After a last word, how long the peer may take to hang up.
    public var lingerTimeout = Duration.seconds(2)

    public init() {}

    var forC: ct_limits {
        ct_limits(
            headByteCountMax: UInt32(clamping: headByteCountMax), fieldCountMax: UInt32(clamping: headerFieldCountMax),
            drainByteCountMax: UInt32(clamping: drainByteCountMax), headTimeout: headTimeout.millisecondsClamped,
            idleTimeout: idleTimeout.millisecondsClamped, bodyTimeout: bodyTimeout.millisecondsClamped,
            writeTimeout: writeTimeout.millisecondsClamped, lingerTimeout: lingerTimeout.millisecondsClamped,
            handshakeTimeout: handshakeTimeout.millisecondsClamped, byteRateMin: UInt32(clamping: byteRateMin))
    }
}
