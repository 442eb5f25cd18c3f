import Glibc
import Store

/// Stored blobs that nobody knows of, kept for a while: the database may be the one that is wrong.
///
/// When a file was last changed says when it was set aside.
extension BlobFolder {
    private func orphan(_ blob: BlobID) -> String { orphans + "/" + Self.name(blob) }

    /// - Returns: whether a stored blob was moved. A part is removed: what is not complete is of no use to anyone.
    func setAside(_ blob: BlobID) throws(BlobError) -> Bool {
        if try Self.remove(part(blob)) { try Self.sync(parts) }
        // First its time, then its place: a crash in between leaves no orphan that seems to be old.
        guard utimensat(AT_FDCWD, stored(blob), nil, AT_SYMLINK_NOFOLLOW) == 0 else {
            guard errno == ENOENT else { throw Self.failure() }
            return false
        }
        guard rename(stored(blob), orphan(blob)) == 0 else { throw Self.failure() }
        try Self.sync(orphans)
        try Self.sync(folder(of: blob))
        return true
    }

    func orphanNames() throws(BlobError) -> [BlobID] { try Self.names(in: orphans) }

    func adopt(_ blob: BlobID) throws(BlobError) {
        try makeFolder(of: blob)
        guard rename(orphan(blob), stored(blob)) == 0 else { throw Self.failure() }
        try Self.sync(folder(of: blob))
        try Self.sync(orphans)
    }

    /// Removes those that were set aside `seconds` ago or earlier.
    func removeOrphans(seconds: UInt64) throws(BlobError) -> Int {
        let now = time(nil)
        var count = 0
        for blob in try orphanNames() {
            var status = stat()
            guard lstat(orphan(blob), &status) == 0 else { continue }
            // A clock that was put back makes it younger, and it stays.
            let age = now - min(now, status.st_mtim.tv_sec)
            guard UInt64(clamping: age) >= seconds, try Self.remove(orphan(blob)) else { continue }
            count += 1
        }
        if count > 0 { try Self.sync(orphans) }
        return count
    }
}
