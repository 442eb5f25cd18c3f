import Glibc

/// A file over the loopback by `sendfile` and nothing else: what a download is measured against.
enum RawSender {
    private final class Work: Sendable {
        let listener: Int32
        let path: String
        let byteCount: Int

        init(listener: Int32, path: String, byteCount: Int) {
            (self.listener, self.path, self.byteCount) = (listener, path, byteCount)
        }

        func run() {
            let (socket, file) = (accept(listener, nil, nil), open(path, O_RDONLY | O_CLOEXEC))
            defer {
                close(socket)
                close(file)
            }
            var offset = off_t(0)
            while offset < byteCount, sendfile(socket, file, &offset, byteCount - Int(offset)) > 0 {}
        }
    }

    /// Bytes a second.
    static func measure(file: String, byteCount: Int) throws(BenchError) -> Double {
        let port = try FreePort.take()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(listener) }
        var address = RawSocket.loopback(port: port)
        let isBound = withUnsafePointer(to: &address) { (pointer) in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(listener, 1) == 0
            }
        }
        guard isBound else { throw .system("no listener", errno: errno) }
        let work = Unmanaged.passRetained(Work(listener: listener, path: file, byteCount: byteCount))
        var thread = pthread_t()
        pthread_create(&thread, nil, { (pointer) in
            guard let pointer else { return nil }
            Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().run()
            return nil
        }, work.toOpaque())
        let start = Monotonic.now()
        let client = try RawSocket.connect(port: port)
        try drain(client, atLeast: byteCount)
        let seconds = Double(Monotonic.now() - start) / 1e9
        close(client)
        pthread_join(thread, nil)
        return Double(byteCount) / seconds
    }

    /// Reads so many bytes and throws them away.
    static func drain(_ socket: Int32, atLeast byteCount: Int) throws(BenchError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var count = 0
        while count < byteCount {
            let got = recv(socket, &buffer, buffer.count, 0)
            guard got > 0 else { throw .server("the body ended after \(count) bytes") }
            count += got
        }
    }
}
