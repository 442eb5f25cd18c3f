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
    private var byteCount = 0
    private var isFinished = false

    /// For its owner's eyes, mode 0600.
    /// - Parameters:
    ///   - path: what the file shall be called.
    ///   - isReplacing: whether it may take the place of another file.
    /// - Throws: ``StoreError/system(operation:code:)``, `EEXIST` where something is there already.
    package init(_ path: String, replacing isReplacing: Bool = false) throws(StoreError) {
        self.path = path
        self.isReplacing = isReplacing
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        folder = end.map { String(path[...$0]) } ?? "./"
        // Not the name with something behind it: that may be longer than a name can be.
        partial = "\(folder).\(MediaID.random()).partial"
        guard isReplacing || access(path, F_OK) != 0 else {
            throw .system(operation: "create \(path)", code: EEXIST)
        }
        let opened = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { throw StoreError(system: "create \(path)") }
        descriptor = opened
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(partial) }
    }

    /// More of its bytes. Not yet durable.
    /// - Throws: ``StoreError``.
    package func append(_ bytes: [UInt8]) throws(StoreError) {
        try SmallFile.writeAll(bytes, to: descriptor, at: byteCount)
        byteCount += bytes.count
    }

    /// Makes the bytes durable, then gives the file its name.
    /// - Throws: ``StoreError``; then nothing has the name that had it not before.
    package func finish() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw StoreError(system: "write \(path)") }
        if isReplacing {
            guard rename(partial, path) == 0 else { throw StoreError(system: "rename \(path)") }
        } else {
            try takeFreeName()
        }
        isFinished = true
        // A folder that cannot be synced holds the whole file all the same.
        _ = SmallFile.syncFolder(folder)
    }

    /// `link` never replaces. Where a file system has no links, the name is taken by an empty file of ours first.
    private func takeFreeName() throws(StoreError) {
        if link(partial, path) == 0 {
            unlink(partial)
            return
        }
        guard [EPERM, ENOSYS, EOPNOTSUPP].contains(errno) else { throw StoreError(system: "name \(path)") }
        let placeholder = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard placeholder >= 0 else { throw StoreError(system: "name \(path)") }
        close(placeholder)
        guard rename(partial, path) == 0 else {
            let error = StoreError(system: "name \(path)")
            unlink(path)
            throw error
        }
    }

    /// A whole file at once, in place of the one that was there.
    /// - Throws: ``StoreError``; then the old one is as it was.
    package static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let file = try NewFile(path, replacing: true)
        try file.append(bytes)
        try file.finish()
    }
}
