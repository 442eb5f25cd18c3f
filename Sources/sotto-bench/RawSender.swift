import Glibc
import Threads

/// A file over the loopback by `sendfile` and nothing else: what a download is measured against.
enum RawSender {
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
        let sender = WorkerThread(joinable: "raw-sender") { serve(file, byteCount: byteCount, to: listener) }
        let start = Monotonic.now()
        let client = try RawSocket.connect(port: port)
        try drain(client, atLeast: byteCount)
        let seconds = Double(Monotonic.now() - start) / 1e9
        close(client)
        sender.join()
        return Double(byteCount) / seconds
    }

    /// Sends the file to the first who comes.
    private static func serve(_ path: String, byteCount: Int, to listener: Int32) {
        let (socket, file) = (accept(listener, nil, nil), open(path, O_RDONLY | O_CLOEXEC))
        defer {
            close(socket)
            close(file)
        }
        var offset = off_t(0)
        while offset < byteCount, sendfile(socket, file, &offset, byteCount - Int(offset)) > 0 {}
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
