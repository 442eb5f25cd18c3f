import Store
import Wire

extension ReadTables {
    func backup(of account: AccountID) throws(Problem) -> BackupRow? {
        try connection.first(
            "SELECT account, id, token_hash, revision, updated_at, digest, blob FROM backup WHERE account = ?",
            .id(account), read: Self.backupRow)
    }

    func backup(_ id: BackupID) throws(Problem) -> BackupRow? {
        try connection.first(
            "SELECT account, id, token_hash, revision, updated_at, digest, blob FROM backup WHERE id = ?",
            .id(id), read: Self.backupRow)
    }

    private static func backupRow(_ row: Statement) -> BackupRow? {
        guard let account = row.id(0), let id = row.id(1) else { return nil }
        return BackupRow(
            account: AccountID(bytes: account), id: BackupID(bytes: id), tokenHash: row.bytes(2),
            revision: row.number(3), updatedAt: row.time(4), digest: row.bytes(5), blob: row.bytes(6))
    }
}

extension WriteTables {
    func putBackup(_ row: BackupRow) throws(Problem) {
        try willWrite()
        let owner = try account(row.account)
        precondition(owner != nil, "a backup of no account")
        try connection.run(
            """
            INSERT OR REPLACE INTO backup (account, id, token_hash, revision, updated_at, digest, blob)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .id(row.account), .id(row.id), .blob(row.tokenHash), .number(row.revision), .time(row.updatedAt),
            .blob(row.digest), .blob(row.blob))
    }

    func removeBackup(of account: AccountID) throws(Problem) {
        try willWrite()
        try connection.run("DELETE FROM backup WHERE account = ?", .id(account))
    }
}
