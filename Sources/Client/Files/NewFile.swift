import Glibc
import Wire

/// A file that gets its name when it is whole. Until then it has a random one beside it, and none when it never is.
///
/// Others may write to the folder: nothing of theirs is opened, followed or cut, whatever they name it.
package final class NewFile {
    private let path: String
    private let folder: String
    private let partial: String
    private let isReplacing: Bool
    private let descriptor: Int32
    /// So many bytes it has.
    private(set) var byteCount = 0
    /// Whether what there is of it goes with this value.
    private var isLeft = false

    /// For its owner's eyes, mode 0600.
    /// - Parameters:
    ///   - path: what the file shall be called.
    ///   - isReplacing: whether it may take the place of another file.
    /// - Throws: ``LocalStoreError/system(operation:code:)``, `EEXIST` where something is there already.
    package convenience init(_ path: String, replacing isReplacing: Bool = false) throws(LocalStoreError) {
        try self.init(path, replacing: isReplacing, partial: .random())
    }

    /// - Parameter partial: what is in its name until it has its own.
    init(_ path: String, replacing isReplacing: Bool = false, partial: MediaID) throws(LocalStoreError) {
        self.path = path
        self.isReplacing = isReplacing
        folder = Self.folder(of: path)
        self.partial = Self.partial(partial, of: path)
        guard isReplacing || access(path, F_OK) != 0 else {
            throw .system(operation: "create \(path)", code: EEXIST)
        }
        let opened = open(self.partial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { throw LocalStoreError(system: "create \(path)") }
        descriptor = opened
    }

    /// Goes on with one that was left (``leave()``), from its first `byteCount` bytes; the rest of it is cut off.
    /// - Throws: ``LocalStoreError`` unless it is a file of our own with so many bytes, under one name, for our eyes
    ///   alone.
    init(_ path: String, resuming partial: MediaID, byteCount: Int) throws(LocalStoreError) {
        self.path = path
        isReplacing = false
        folder = Self.folder(of: path)
        self.partial = Self.partial(partial, of: path)
        self.byteCount = byteCount
        // Whatever lies there now may be somebody else's: it is left alone until it is known to be ours.
        isLeft = true
        let opened = open(self.partial, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard opened >= 0 else { throw LocalStoreError(system: "open what there is of \(path)") }
        descriptor = opened
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_nlink == 1, status.st_mode & 0o077 == 0, status.st_size >= byteCount
        else { throw .system(operation: "go on with \(path)", code: EINVAL) }
        guard ftruncate(opened, off_t(byteCount)) == 0 else { throw LocalStoreError(system: "go on with \(path)") }
        isLeft = false
    }

    deinit {
        close(descriptor)
        if !isLeft { unlink(partial) }
    }

    private static func folder(of path: String) -> String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "./"
    }

    /// Not the name with something behind it: that may be longer than a name can be.
    private static func partial(_ partial: MediaID, of path: String) -> String {
        "\(folder(of: path)).\(partial).partial"
    }

    /// Removes what was left of one, where it still is a file of ours; nothing else.
    static func remove(_ partial: MediaID, of path: String) {
        // Opened to be looked at, and unlinked with the value.
        _ = try? NewFile(path, resuming: partial, byteCount: 0)
    }

    /// Whether what was left of one has the name already: a crash came between the two.
    static func isNamed(_ partial: MediaID, _ path: String) -> Bool {
        var (named, left) = (stat(), stat())
        return lstat(path, &named) == 0 && lstat(self.partial(partial, of: path), &left) == 0
            && named.st_ino == left.st_ino && named.st_dev == left.st_dev
    }

    /// Takes the other name from one that ``isNamed(_:_:)``.
    static func removeSecondName(_ partial: MediaID, of path: String) { unlink(self.partial(partial, of: path)) }

    /// What there is stays beside the name when this value goes, to be gone on with.
    func leave() { isLeft = true }

    /// Makes durable what there is.
    /// - Throws: ``LocalStoreError``.
    func flush() throws(LocalStoreError) {
        guard fdatasync(descriptor) == 0 else { throw LocalStoreError(system: "write \(path)") }
    }

    /// Bytes that it has already; `nil` when the system fails.
    func bytes(at offset: Int, count: Int) -> [UInt8]? { SourceFile.read(descriptor, at: offset, count: count) }

    /// More of its bytes. Not yet durable.
    /// - Throws: ``LocalStoreError``.
    package func append(_ bytes: [UInt8]) throws(LocalStoreError) {
        try SmallFile.writeAll(bytes, to: descriptor, at: byteCount)
        byteCount += bytes.count
    }

    /// Makes the bytes durable, then gives the file its name.
    /// - Throws: ``LocalStoreError``; then nothing has the name that had it not before.
    package func finish() throws(LocalStoreError) {
        guard fsync(descriptor) == 0 else { throw LocalStoreError(system: "write \(path)") }
        if isReplacing {
            guard rename(partial, path) == 0 else { throw LocalStoreError(system: "rename \(path)") }
        } else {
            try takeFreeName()
        }
        isLeft = true
        // A folder that cannot be synced holds the whole file all the same.
        _ = SmallFile.syncFolder(folder)
    }

    /// `link` never replaces. Where a file system has no links, the name is taken by an empty file of ours first.
    private func takeFreeName() throws(LocalStoreError) {
        if link(partial, path) == 0 {
            unlink(partial)
            return
        }
        guard [EPERM, ENOSYS, EOPNOTSUPP].contains(errno) else { throw LocalStoreError(system: "name \(path)") }
        let placeholder = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard placeholder >= 0 else { throw LocalStoreError(system: "name \(path)") }
        close(placeholder)
        guard rename(partial, path) == 0 else {
            let error = LocalStoreError(system: "name \(path)")
            unlink(path)
            throw error
        }
    }

    /// A whole file at once, in place of the one that was there.
    /// - Throws: ``LocalStoreError``; then the old one is as it was.
    package static func write(_ bytes: [UInt8], to path: String) throws(LocalStoreError) {
        let file = try NewFile(path, replacing: true)
        try file.append(bytes)
        try file.finish()
    }
}
