import Glibc

/// A file of the system, open until this goes. Reads and writes name their place in it; calls block for the disk.
final class OpenFile: Sendable {
    /// What a file is opened for.
    enum Access: Sendable {
        /// To be read, as somebody named it: links are followed.
        case reading
        /// To be read; no link is followed.
        case readingOwn
        /// To be read and changed; no link is followed.
        case changing
        /// A new one for its owner's eyes, mode 0600, where nothing has that name.
        case making
        /// The same, or the one that is there.
        case makingIfNone
    }

    /// What is known of a file without reading it.
    struct Status: Sendable {
        let byteCount: Int
        let isRegular: Bool
        /// Whether it is this user's, under one name, and nobody else may look at it.
        let isOursAlone: Bool
        /// Whether it has a name: one that was removed goes with whoever has it open.
        let hasName: Bool
    }

    /// For those who read a database or its log beside SQLite.
    let descriptor: Int32

    /// - Parameter operation: what for, as an error shall say.
    /// - Throws: ``LocalStoreError/system(operation:code:)``, ``LocalStoreError/diskFull``.
    init(_ path: String, _ access: Access, _ operation: @autoclosure () -> String) throws(LocalStoreError) {
        // None of ours waits for somebody else: a pipe that lies in the way is opened, seen and refused.
        let opened = open(path, Self.flags(access) | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard opened >= 0 else { throw LocalStoreError(system: operation()) }
        descriptor = opened
    }

    deinit { close(descriptor) }

    private static func flags(_ access: Access) -> Int32 {
        switch access {
        case .reading: O_RDONLY
        case .readingOwn: O_RDONLY | O_NOFOLLOW
        case .changing: O_RDWR | O_NOFOLLOW
        case .making: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
        case .makingIfNone: O_RDWR | O_CREAT | O_NOFOLLOW
        }
    }

    /// `nil` when the system fails.
    var status: Status? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        return Status(
            byteCount: Int(status.st_size), isRegular: status.st_mode & S_IFMT == S_IFREG,
            isOursAlone: status.st_uid == geteuid() && status.st_nlink == 1 && status.st_mode & 0o077 == 0,
            hasName: status.st_nlink > 0)
    }

    /// Fewer than `count` bytes only at the end of the file; `nil` when the system fails.
    func bytes(at offset: Int, count: Int) -> [UInt8]? {
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

    /// Writes all of `bytes`. Not yet durable.
    /// - Throws: ``LocalStoreError``.
    func write(_ bytes: [UInt8], at offset: Int) throws(LocalStoreError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { (buffer) in
                pwrite(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written, offset + written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LocalStoreError(system: "write a file") }
            written += count
        }
    }

    /// Makes everything of it durable: bytes and what the system knows of them.
    /// - Throws: ``LocalStoreError``.
    func sync(_ operation: @autoclosure () -> String) throws(LocalStoreError) {
        guard fsync(descriptor) == 0 else { throw LocalStoreError(system: operation()) }
    }

    /// Makes its bytes durable.
    /// - Throws: ``LocalStoreError``.
    func syncBytes(_ operation: @autoclosure () -> String) throws(LocalStoreError) {
        guard fdatasync(descriptor) == 0 else { throw LocalStoreError(system: operation()) }
    }

    /// - Throws: ``LocalStoreError``.
    func cut(to byteCount: Int, _ operation: @autoclosure () -> String) throws(LocalStoreError) {
        guard ftruncate(descriptor, off_t(byteCount)) == 0 else { throw LocalStoreError(system: operation()) }
    }

    /// Holds it against everybody else who asks for the same, in this process or another; whoever ends lets go.
    /// - Throws: ``LocalStoreError/inUse`` while somebody holds it.
    func hold(_ operation: @autoclosure () -> String) throws(LocalStoreError) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .inUse : LocalStoreError(system: operation())
        }
    }

    /// Lets go at once. A child that another thread forks at this moment has a copy of the descriptor until it runs its
    /// program.
    func letGo() { flock(descriptor, LOCK_UN) }
}
