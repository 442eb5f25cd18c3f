import CLinux
import Glibc

/// A regular file that can only be read, by position. Closed with the last reference.
///
/// A class, so that one descriptor is owned once however many look at it. Immutable: it may cross threads.
package final class ReadOnlyFile: Sendable {
    /// Open for reading, closed on exec.
    package let descriptor: Int32
    /// As it was when the file was opened.
    package let byteCount: Int

    /// - Throws: ``MediaRefusal/unreadable`` for what is missing, no regular file, or not ours to read.
    package init(path: String) throws(MediaRefusal) {
        // Without O_NONBLOCK a pipe that somebody has put there would hold us for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .unreadable }
        var state = stat()
        guard fstat(descriptor, &state) == 0, state.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .unreadable
        }
        self.descriptor = descriptor
        byteCount = Int(state.st_size)
    }

    /// The first `byteCount` bytes of a file that somebody else has open; what stands behind them is no part of it.
    ///
    /// Has a descriptor of its own for the same open file.
    /// - Throws: ``MediaRefusal/unreadable`` when it is no regular file, shorter, or open for writing.
    package init(sharing other: Int32, byteCount: Int) throws(MediaRefusal) {
        // A worker gets this descriptor: what it cannot write to, it cannot change.
        guard fcntl(other, F_GETFL) & O_ACCMODE == O_RDONLY else { throw .unreadable }
        let descriptor = fcntl(other, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw .unreadable }
        var state = stat()
        guard fstat(descriptor, &state) == 0, state.st_mode & S_IFMT == S_IFREG, byteCount >= 0,
            Int(state.st_size) >= byteCount
        else {
            close(descriptor)
            throw .unreadable
        }
        self.descriptor = descriptor
        self.byteCount = byteCount
    }

    /// Bytes that are in no folder, as a file that nobody can write to.
    /// - Throws: ``MediaRefusal/unavailable`` when the machine has no room.
    convenience init(inMemory bytes: [UInt8]) throws(MediaRefusal) {
        let memory = sotto_memory_file()
        guard memory >= 0 else { throw .unavailable }
        defer { close(memory) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(memory, $0.baseAddress.map { $0 + written }, $0.count - written) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .unavailable }
            written += count
        }
        // Anew, since the descriptor that wrote could write again.
        do { try self.init(path: "/proc/self/fd/\(memory)") } catch { throw .unavailable }
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset`; fewer at the end of the file.
    func read(at offset: Int, count: Int) throws(MediaRefusal) -> [UInt8] {
        guard offset >= 0, count >= 0, offset < byteCount else { return [] }
        var failed = false
        let wanted = min(count, byteCount - offset)
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { (buffer, filled) in
            while filled < wanted {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failed = true }
                guard got > 0 else { return }
                filled += got
            }
        }
        guard !failed else { throw .unreadable }
        return bytes
    }
}
