import Glibc

/// What a journal asks of the disk. A test stops one of them midway.
struct JournalDisk {
    /// The whole journal; `nil` when there is none.
    var load: () throws(LocalStoreError) -> [UInt8]?
    /// Writes `bytes` at an offset and returns when they are durable.
    var write: (_ bytes: [UInt8], _ offset: Int) throws(LocalStoreError) -> Void
    /// Drops everything from an offset on, durably.
    var cut: (_ byteCount: Int) throws(LocalStoreError) -> Void
    /// Puts a whole new journal in the place of the old one: after a crash there is the one or the other.
    var replace: (_ bytes: [UInt8]) throws(LocalStoreError) -> Void
}

extension JournalDisk {
    /// The files `journal` and, for a moment, `journal.new` in `folder`.
    static func files(in folder: String) -> JournalDisk {
        let file = JournalFile(folder: folder)
        return JournalDisk(
            load: { () throws(LocalStoreError) in try file.load() },
            write: { (bytes, offset) throws(LocalStoreError) in try file.write(bytes, at: offset) },
            cut: { (byteCount) throws(LocalStoreError) in try file.cut(to: byteCount) },
            replace: { (bytes) throws(LocalStoreError) in try file.replace(with: bytes) })
    }
}

/// The open journal file. Owned by one ``LocalStore``, and so by whatever isolates that.
private final class JournalFile {
    private let folder: String
    private var descriptor: Int32 = -1
    private var path: String { folder + "/journal" }

    init(folder: String) { self.folder = folder }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func load() throws(LocalStoreError) -> [UInt8]? {
        // What a crash left of a replacement that never took place.
        unlink(path + ".new")
        let opened = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard opened >= 0 else {
            if errno == ENOENT { return nil }
            throw LocalStoreError(system: "open the journal")
        }
        descriptor = opened
        return try SmallFile.readAll(opened)
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(LocalStoreError) {
        try SmallFile.writeAll(bytes, to: descriptor, at: offset)
        // After a failed sync the pages may be gone although the next sync says all is well: nobody knows.
        guard fdatasync(descriptor) == 0 else { throw .outcomeUnknown }
    }

    func cut(to byteCount: Int) throws(LocalStoreError) {
        guard ftruncate(descriptor, byteCount) == 0, fdatasync(descriptor) == 0 else {
            throw LocalStoreError(system: "cut the journal")
        }
    }

    func replace(with bytes: [UInt8]) throws(LocalStoreError) {
        let replacement = open(path + ".new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard replacement >= 0 else { throw LocalStoreError(system: "create a journal") }
        do throws(LocalStoreError) {
            try SmallFile.writeAll(bytes, to: replacement, at: 0)
            guard fdatasync(replacement) == 0 else { throw LocalStoreError(system: "write a journal") }
            guard rename(path + ".new", path) == 0 else { throw LocalStoreError(system: "replace the journal") }
        } catch {
            close(replacement)
            unlink(path + ".new")
            throw error
        }
        if descriptor >= 0 { close(descriptor) }
        descriptor = replacement
        // Until the folder is synced a crash may bring back the old file, without what is written from now on.
        guard SmallFile.syncFolder(folder) else { throw .outcomeUnknown }
    }
}

extension LocalStoreError {
    /// What the last call into the system failed with.
    init(system operation: String) {
        self = errno == ENOSPC || errno == EDQUOT ? .diskFull : .system(operation: operation, code: errno)
    }
}
