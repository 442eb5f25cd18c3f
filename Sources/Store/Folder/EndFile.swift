import Glibc
import SQLite
import Threads

/// The file that ``EndNote``s are written to, in two slots by turns, so that a note that is torn leaves the one before.
///
/// A note follows its commit's fsync and is not synced itself. After a kill the system still has it; after a power cut
/// an older one may be there, and never one that is newer than what is durable. Both slots and the file's length are
/// there from the start, so a full disk keeps no note from being written.
final class EndFile: @unchecked Sendable {
    // Unchecked because `lock` guards the note; the writer and the checkpointer write it.
    static let name = "sotto.end"
    /// Each slot is in a block of its own, and within a sector.
    private static let slotByteCount = 4_096
    private static let slotCount = 2

    private let file: Int32
    private let databasePath: String
    private let lock = Lock()
    private var note: EndNote
    private var isCopying = false
    private var isEmptying = false
    private var log: Int32 = -1

    /// - Parameter note: the newest there is.
    private init(_ file: Int32, of databasePath: String, _ note: EndNote) {
        self.file = file
        self.databasePath = databasePath
        self.note = note
    }

    deinit {
        close(file)
        if log >= 0 { close(log) }
    }

    // MARK: The file

    /// What the file of a folder holds.
    enum Content: Equatable {
        case missing
        /// Neither slot is whole.
        case unreadable
        case note(EndNote)
    }

    /// - Throws: ``StoreError/unreachable(name:reason:)``.
    static func content(in folder: String) throws(StoreError) -> Content {
        let file = open(folder + "/" + name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if file < 0, errno == ENOENT { return .missing }
        guard file >= 0 else { throw StoreFolder.failed(name) }
        defer { close(file) }
        let notes = (0..<slotCount).compactMap { (slot) -> EndNote? in
            var bytes = [UInt8](repeating: 0, count: EndNote.byteCount)
            guard pread(file, &bytes, bytes.count, off_t(slot * slotByteCount)) == bytes.count else { return nil }
            return EndNote(bytes, slot: slot)
        }
        return notes.max { $0.turn < $1.turn }.map { .note($0) } ?? .unreadable
    }

    /// Makes the file anew, whole or not at all.
    static func create(in folder: String, of databasePath: String, _ note: EndNote) throws(StoreError) -> EndFile {
        let path = folder + "/" + name
        let made = open(path + ".new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard made >= 0 else { throw StoreFolder.failed(name) }
        var bytes = [UInt8](repeating: 0, count: slotCount * slotByteCount)
        for slot in 0..<slotCount { bytes.replaceSubrange(span(slot), with: note.bytes(slot: slot)) }
        // Who runs the server reads it, whoever accepted a loss.
        var owner = stat()
        if stat(databasePath, &owner) == 0, owner.st_uid != geteuid(), fchown(made, owner.st_uid, owner.st_gid) != 0 {
            let error = StoreFolder.failed(name)
            close(made)
            throw error
        }
        guard pwrite(made, bytes, bytes.count, 0) == bytes.count, fsync(made) == 0, rename(path + ".new", path) == 0
        else {
            let error = StoreFolder.failed(name)
            close(made)
            throw error
        }
        let file = EndFile(made, of: databasePath, note)
        try StoreFolder.sync(folder)
        return file
    }

    private static func span(_ slot: Int) -> Range<Int> {
        slot * slotByteCount..<slot * slotByteCount + EndNote.byteCount
    }

    /// Goes on with a file that is there.
    static func go(on note: EndNote, in folder: String, of databasePath: String) throws(StoreError) -> EndFile {
        let file = open(folder + "/" + name, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw StoreFolder.failed(name) }
        return EndFile(file, of: databasePath, note)
    }

    // MARK: The writer's notes

    /// A commit is durable, and the log has so many frames.
    func committed(_ moment: Moment, lastRow: Int64, frameCount: Int) {
        lock.lock()
        defer { lock.unlock() }
        note.moment = moment
        note.lastRow = lastRow
        let place = place(ofFrame: frameCount)
        let isOther = place?.salts != note.log?.salts
        note.log = place
        note.flags = isEmptying ? .emptying : []
        if isOther { (note.copyingThrough, note.copiedThrough) = (isCopying ? .max : 0, 0) }
        // The checkpointer said what it copies of another generation: that must not get lost with this note.
        write(syncing: isOther && isCopying)
    }

    /// The store is open: what was recovered is what counts from here on, whoever noted it.
    func opened(_ moment: Moment, lastRow: Int64, log: WriteAheadLog.Place?) throws(StoreError) {
        lock.lock()
        defer { lock.unlock() }
        if log?.salts != note.log?.salts { (note.copyingThrough, note.copiedThrough) = (0, 0) }
        (note.moment, note.lastRow, note.log, note.flags) = (moment, max(note.lastRow, lastRow), log, [])
        guard write(syncing: true) else { throw StoreFolder.failed(Self.name) }
    }

    /// A loss is going to be accepted: whatever cuts that short, it is done over.
    func accepts() throws(StoreError) {
        lock.lock()
        defer { lock.unlock() }
        note.flags.insert(.accepting)
        guard write(syncing: true) else { throw StoreFolder.failed(Self.name) }
    }

    // MARK: The checkpointer's notes, which are synced without keeping the writer

    /// From here on pages of the log may get into the database file, so that it has parts of a later moment.
    func copies() {
        change {
            $0.isCopying = true
            $0.note.copyingThrough = .max
        }
        fdatasync(file)
    }

    /// Copying has ended.
    /// - Parameters:
    ///   - frameCount: how many frames of the log are in the database file; `nil` where it failed.
    ///   - salts: of the log as it was when it began.
    func copied(through frameCount: Int?, of salts: UInt64?) {
        change {
            $0.isCopying = false
            guard let frameCount, let salts, $0.note.log?.salts == salts else { return }
            $0.note.copiedThrough = UInt32(clamping: frameCount)
            $0.note.copyingThrough = $0.note.copiedThrough
        }
    }

    /// The generation of the log that the last commit went to.
    var salts: UInt64? {
        lock.lock()
        defer { lock.unlock() }
        return note.log?.salts
    }

    /// The log is going to be cut, after what is left of it was copied.
    func empties() {
        change {
            $0.isEmptying = true
            $0.note.flags.insert(.emptying)
        }
        fdatasync(file)
    }

    /// The log was cut, and perhaps begun again since; or it could not be.
    /// - Parameter isClosed: whether it is gone for good.
    func emptied(isClosed: Bool = false) {
        // So that no old frame comes back, and looks like the beginning of something.
        let cut = open(databasePath + "-wal", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if cut >= 0 {
            fsync(cut)
            close(cut)
        }
        change {
            $0.isEmptying = false
            guard WriteAheadLog.head(of: $0.databasePath) == .absent else { return }
            $0.note = $0.note.withoutLog(isClosed ? .closed : [])
        }
        if isClosed { fdatasync(file) }
    }

    /// Notes what `body` makes of the note. Only `body` may touch what the lock guards.
    private func change(_ body: (EndFile) -> Void) {
        lock.lock()
        defer { lock.unlock() }
        body(self)
        write()
    }

    // MARK: Details

    private func place(ofFrame frameCount: Int) -> WriteAheadLog.Place? {
        guard openLog(), let number = UInt32(exactly: frameCount) else { return nil }
        return WriteAheadLog.place(ofFrame: number, in: log, pageByteCount: Checkpointer.pageByteCount)
    }

    private func openLog() -> Bool {
        if log < 0 { log = open(databasePath + "-wal", O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        return log >= 0
    }

    /// A note that cannot be written leaves an older one, which is true as well.
    @discardableResult
    private func write(syncing: Bool = false) -> Bool {
        note.turn += 1
        let slot = Int(note.turn % UInt64(Self.slotCount))
        let bytes = note.bytes(slot: slot)
        guard pwrite(file, bytes, bytes.count, off_t(slot * Self.slotByteCount)) == bytes.count else { return false }
        return !syncing || fdatasync(file) == 0
    }
}
