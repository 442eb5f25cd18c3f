import Glibc

/// The image's bytes, as pages of its file: no copy, and nothing behind the image's own end. A file that becomes
/// shorter meanwhile ends this process by SIGBUS, and no other.
final class MappedFile {
    let start: UnsafeMutableRawPointer
    let byteCount: Int

    /// `nil` for an empty file, or where there is no memory.
    init?(_ file: Int32, byteCount: Int) {
        guard byteCount > 0 else { return nil }
        guard let start = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else { return nil }
        (self.start, self.byteCount) = (start, byteCount)
    }

    deinit { munmap(start, byteCount) }
}
