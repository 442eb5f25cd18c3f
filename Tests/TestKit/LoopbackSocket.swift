import Glibc

/// A TCP connection to a server on loopback, for what no client would do. It is cut when this goes.
public final class LoopbackSocket: Sendable {
    private let descriptor: Int32

    /// - Parameter receiveByteCount: what the system keeps for it; as usual when absent.
    public init(port: UInt16, receiveByteCount: Int32? = nil) throws {
        // Not for the servers that other tests start meanwhile.
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var size = receiveByteCount {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { (pointer) in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw ServerProcess.Failure(description: "cannot connect") }
    }

    deinit { close(descriptor) }

    /// Sends all of it.
    public func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw ServerProcess.Failure(description: "cut") }
            sent += count
        }
    }

    /// What fits into the system's buffer.
    public func say(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    /// Waits for exactly that.
    public func receive(_ text: String) throws {
        var found: [UInt8] = []
        while found.count < text.utf8.count {
            var byte: UInt8 = 0
            guard recv(descriptor, &byte, 1, 0) == 1 else { throw ServerProcess.Failure(description: "cut") }
            found.append(byte)
        }
        let said = String(decoding: found, as: UTF8.self)
        guard said == text else { throw ServerProcess.Failure(description: said) }
    }
}
