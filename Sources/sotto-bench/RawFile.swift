import Glibc

/// A file that is written, flushed and removed again, and nothing else: what an upload is measured against.
enum RawFile {
    /// Bytes a second until they are durable.
    static func write(_ body: TransferBody, in folder: String) throws(BenchError) -> Double {
        let path = "\(folder)/raw-file"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system("create \(path)", errno: errno) }
        defer {
            close(file)
            unlink(path)
        }
        let start = Monotonic.now()
        for _ in 0..<(body.byteCount / body.stroke.count) {
            let written = body.stroke.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard written == body.stroke.count else { throw .system("write \(path)", errno: errno) }
        }
        guard fdatasync(file) == 0 else { throw .system("flush \(path)", errno: errno) }
        return Double(body.byteCount) / (Double(Monotonic.now() - start) / 1e9)
    }
}
