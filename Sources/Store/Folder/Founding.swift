import Glibc
import SQLite
import Wire

/// Makes a store where there is none: the whole file in one transaction under another name, its note, and then its
/// name. Whatever cuts this short leaves a folder in which it is done over.
struct Founding {
    private static let draftName = databaseName + ".new"

    let time: Timestamp
    let shard: Shard

    func found(in folder: String) throws(StoreError) {
        let draftName = Self.draftName
        let draft = folder + "/" + draftName
        for ending in ["", "-journal", "-wal", "-shm"] { unlink(draft + ending) }
        // Nothing is in it, or it would not be founded.
        unlink(folder + "/" + databaseName)
        let file = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0, fchmod(file, 0o600) == 0 else { throw StoreFolder.failed(draftName) }
        close(file)
        let moment = Moment(number: 1, chain: .random(in: .min ... .max))
        do throws(SQLiteError) {
            try write(draft, moment)
        } catch {
            throw StoreFolder.error(error)
        }
        let note = EndNote(moment: moment, flags: [.closed, .founding])
        _ = try EndFile.create(in: folder, of: folder + "/" + databaseName, note)
        guard rename(draft, folder + "/" + databaseName) == 0 else { throw StoreFolder.failed(databaseName) }
        try StoreFolder.sync(folder)
    }

    private func write(_ path: String, _ moment: Moment) throws(SQLiteError) {
        let connection = try Connection(path: path, access: .readWrite)
        defer { connection.close() }
        // The page size counts when the file is new, and before it is in WAL mode.
        try connection.execute("PRAGMA page_size = \(Checkpointer.pageByteCount)")
        try connection.execute("PRAGMA synchronous = FULL")
        // A file that is not finished has no use for a journal.
        try connection.execute("PRAGMA journal_mode = MEMORY")
        try connection.execute("BEGIN IMMEDIATE; \(StoreSchema.creation)")
        try connection.execute("PRAGMA user_version = \(StoreSchema.format)")
        try connection.insert(ProgressRow())
        try connection.insert(CommitRow(moment))
        try connection.insert(
            IncarnationRow(number: 1, id: .random(), begunAt: time, reason: "founded", commit: moment.number))
        try connection.insert(ShardSetting.row(shard))
        try connection.insert(SettingRow(name: SettingRow.foundingName, value: []))
        try connection.execute("COMMIT")
        try connection.execute("PRAGMA journal_mode = WAL")
    }
}
