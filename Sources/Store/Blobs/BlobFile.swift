import Glibc

/// An open file that is closed when nobody has it any more.
public final class BlobFile: Sendable {
    /// Valid as long as this value is held; never to be closed by whoever uses it.
    public let descriptor: Int32

    public init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// `byteCount` bytes from `offset`; fewer at the end of the file.
    /// - Throws: `failing`.
    public func read(at offset: UInt64, byteCount: Int) throws(BlobError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { (buffer, count) in
            count = 0
            while count < byteCount {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(clamping: offset) + off_t(count))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                count += got
            }
        }
        if failure != 0 { throw .failing(reason: String(cString: strerror(failure))) }
        return bytes
    }
}
