import Glibc

/// Plain TCP on the loopback, without a library between the load and the server.
enum RawSocket {
    static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// Blocks until connected.
    static func connect(port: UInt16) throws(BenchError) -> Int32 {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { throw .system("no socket", errno: errno) }
        var address = loopback(port: port)
        let failed = withUnsafePointer(to: &address) { (pointer) in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failed == 0 else {
            let code = errno
            close(file)
            throw .system("cannot connect to port \(port)", errno: code)
        }
        var one: Int32 = 1
        setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        return file
    }

    /// Blocks until all is written.
    static func write(_ file: Int32, _ bytes: [UInt8]) throws(BenchError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { (all) in
                send(file, all.baseAddress.map { $0 + offset }, all.count - offset, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw .system("cannot write to the server", errno: errno) }
            offset += count
        }
    }

    /// Whether `GET target` is answered with 200.
    static func answers(port: UInt16, target: String) -> Bool {
        guard let file = try? connect(port: port) else { return false }
        defer { close(file) }
        let request = "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard (try? write(file, Array(request.utf8))) != nil else { return false }
        var answer = [UInt8](repeating: 0, count: 64)
        let count = recv(file, &answer, answer.count, 0)
        return count > 12 && answer.starts(with: Array("HTTP/1.1 200".utf8))
    }

    /// As many descriptors as the system gives.
    static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
