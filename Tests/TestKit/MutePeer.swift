/// A TCP peer that says what it is told and reads nothing; the system keeps little for it.
public final class MutePeer: Sendable {
    private let socket: LoopbackSocket

    public init(port: UInt16) throws { socket = try LoopbackSocket(port: port, receiveByteCount: 4096) }

    /// What fits into the system's buffer, which is more than any test says here.
    public func say(_ bytes: [UInt8]) { socket.say(bytes) }

    /// Asks for a WebSocket of CBOR frames, and sends these, of less than 126 bytes each.
    public func openSocket(token: String, sending frames: [[UInt8]]) {
        var bytes = Array(
            """
            GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            Sec-WebSocket-Protocol: sotto.v1+cbor, bearer.\(token)\r\n\r\n
            """.utf8)
        // Under a mask of zeros.
        for frame in frames { bytes += [0x82, 0x80 | UInt8(frame.count), 0, 0, 0, 0] + frame }
        say(bytes)
    }
}
