import Glibc

/// A file to answer with.
public struct FileBody: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// A regular file, open for reading, and its size. The descriptor is the caller's to close.
    func open() throws(TransportError) -> (descriptor: Int32, byteCount: UInt64) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw .fileUnavailable(errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Self.close(descriptor)
            throw .fileUnavailable(EISDIR)
        }
        return (descriptor, UInt64(clamping: status.st_size))
    }

    static func duplicate(_ descriptor: Int32) -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }

    static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }
}
