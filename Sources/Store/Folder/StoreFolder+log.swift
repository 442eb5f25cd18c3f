import Glibc

extension StoreFolder {
    /// Room that must stay free on the disk, as a multiple of what is written ahead.
    private static let freeFactor: UInt64 = 32

    /// Whether there is a write-ahead log: a store that was closed properly left none.
    var hasLog: Bool {
        var status = stat()
        return stat(databasePath + "-wal", &status) == 0 && status.st_size > 0
    }

    /// Writes zeros behind the write-ahead log's last byte until it is `byteCount` long, and syncs it.
    ///
    /// An fdatasync of a file that grows waits for the file system's own journal, behind whatever else syncs there; one
    /// that writes over bytes which exist does not. SQLite ends the log at the first frame that does not check out, so
    /// zeros are nothing to it. Only while nobody writes; does nothing where the disk has little room.
    /// - Parameter stepByteCount: how much to write in this call, so that a writer waits for no more.
    /// - Returns: whether there is nothing left to do.
    @discardableResult
    static func extendLog(of databasePath: String, to byteCount: Int, stepByteCount: Int = .max) -> Bool {
        let file = open(databasePath + "-wal", O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return true }
        defer { close(file) }
        var room = statvfs()
        guard fstatvfs(file, &room) == 0,
            UInt64(room.f_bavail) * UInt64(room.f_bsize) > UInt64(byteCount) * Self.freeFactor
        else { return true }
        var end = Int(lseek(file, 0, SEEK_END))
        var left = stepByteCount
        // In small pieces: the system keeps what is written at once in one piece of memory, and where that is large,
        // each page that is written into it later takes twice as long.
        let zeros = [UInt8](repeating: 0, count: 64 << 10)
        while end >= 0, end < byteCount, left > 0 {
            let count = pwrite(file, zeros, min(zeros.count, byteCount - end, left), off_t(end))
            guard count > 0 else { return true }
            end += count
            left -= count
        }
        if end >= 0, end < byteCount { return false }
        fdatasync(file)
        return true
    }
}
