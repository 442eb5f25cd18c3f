import Crypto
import Glibc

/// The file that somebody wants to send, open for reading.
final class SourceFile: Sendable {
    private let descriptor: Int32
    /// When it was opened.
    let byteCount: Int

    /// - Throws: ``ClientError/file(_:)`` unless it is a regular file of at most 2 GiB that can be read.
    init(_ path: String) throws(ClientError) {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw .file(.unreadable) }
        descriptor = opened
        var status = stat()
        let isKnown = fstat(opened, &status) == 0
        byteCount = Int(status.st_size)
        guard isKnown, status.st_mode & S_IFMT == S_IFREG else { throw .file(.unreadable) }
        guard byteCount <= SealedFile.byteCountMax else { throw .file(.tooLong) }
    }

    deinit { close(descriptor) }

    /// At most `count` bytes from `offset`; none behind its end.
    /// - Throws: ``ClientError/file(_:)``.
    func bytes(at offset: Int, count: Int) throws(ClientError) -> [UInt8] {
        guard let bytes = Self.read(descriptor, at: offset, count: count) else { throw .file(.unreadable) }
        return bytes
    }

    /// Fewer than `count` bytes only at the end of the file; `nil` when the system fails.
    static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8]? {
        var hasFailed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { (buffer, filled) in
            filled = 0
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                hasFailed = got < 0
                if got <= 0 { break }
                filled += got
            }
        }
        return hasFailed ? nil : bytes
    }
}
