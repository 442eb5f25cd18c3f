import Glibc

/// A TCP peer that says what it is told and reads nothing; the system keeps little for it.
public final class MutePeer: Sendable {
    private let descriptor: Int32

    public init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var size: Int32 = 4096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { (pointer) in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw ServerProcess.Failure(description: "cannot connect") }
    }

    deinit { close(descriptor) }

    /// What fits into the system's buffer, which is more than any test says here.
    public func say(_ bytes: [UInt8]) {
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

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
