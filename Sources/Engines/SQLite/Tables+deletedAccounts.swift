import Store
import Wire

extension ReadTables {
    func hasTombstone(hash: [UInt8]) throws(Problem) -> Bool {
        try connection.first(
            """
            SELECT EXISTS (SELECT 1 FROM tombstone WHERE account_hash = ?1)
                OR EXISTS (SELECT 1 FROM tombstone WHERE handle_hash = ?1)
            """, .blob(hash)
        ) { $0.integer(0) != 0 } ?? false
    }

    func doomedAccounts(limit: Int) throws(Problem) -> [DoomedAccountRow] {
        try connection.rows(
            "SELECT account, device FROM doomed_account ORDER BY account LIMIT ?", .integer(Int64(max(0, limit)))
        ) { (row) in
            row.id(0).map {
                DoomedAccountRow(
                    account: AccountID(bytes: $0), device: DeviceID(UInt32(truncatingIfNeeded: row.integer(1))))
            }
        }
    }

    func media(of account: AccountID, limit: Int) throws(Problem) -> [MediaID] {
        try connection.rows(
            "SELECT media FROM media WHERE account = ? LIMIT ?", .id(account), .integer(Int64(max(0, limit)))
        ) { $0.id(0).map { MediaID(bytes: $0) } }
    }
}

extension WriteTables {
    func removeAccount(_ account: AccountID) throws(Problem) {
        try willWrite()
        let devices = try devices(of: account)
        precondition(devices.isEmpty, "an account goes after its devices")
        try connection.run("DELETE FROM account WHERE account = ?", .id(account))
        wrote(.account(account))
    }

    func putTombstone(_ row: TombstoneRow) throws(Problem) {
        try willWrite()
        try connection.run(
            "INSERT OR REPLACE INTO tombstone (account_hash, handle_hash) VALUES (?, ?)", .blob(row.accountHash),
            .blob(row.handleHash))
    }

    func doom(_ row: DoomedAccountRow) throws(Problem) {
        try willWrite()
        try connection.run(
            "INSERT OR REPLACE INTO doomed_account (account, device) VALUES (?, ?)", .id(row.account),
            .integer(Int64(row.device.rawValue)))
    }

    func forget(_ account: AccountID) throws(Problem) {
        try willWrite()
        try connection.run("DELETE FROM media_total WHERE account = ? AND count = 0", .id(account))
        try connection.run("DELETE FROM doomed_account WHERE account = ?", .id(account))
    }

    func removeReports(by reporter: AccountID, limit: Int) throws(Problem) -> Int {
        try willWrite()
        return try connection.rows(
            """
            DELETE FROM report WHERE number IN (SELECT number FROM report WHERE reporter = ? LIMIT ?) RETURNING 1
            """, .id(reporter), .integer(Int64(max(0, limit)))
        ) { $0.integer(0) }.count
    }

    /// The rows of its log go in slices, as ``Maintenance`` finds time.
    func removeConversation(_ conversation: ConversationID) throws(Problem) {
        try willWrite()
        let isEmpty = try members(of: conversation, after: nil, limit: 1).isEmpty
        precondition(isEmpty, "a conversation goes after its members")
        guard let log = try log(of: conversation), let row = try self.conversation(conversation) else { return }
        try connection.run("DELETE FROM head WHERE conversation = ?", .integer(log.handle))
        try connection.run("DELETE FROM conversation WHERE number = ?", .integer(log.handle))
        try connection.run("INSERT INTO removed_log (conversation) VALUES (?)", .integer(log.handle))
        try connection.run(
            "UPDATE media SET expires_at = 0, ends_at = 0 WHERE conversation = ? AND message IS NOT NULL",
            .id(conversation))
        wrote(.conversation(conversation))
        if let pair = row.pair { wrote(.dm(pair)) }
        log.isRemoved = true
        journal.note(.removedLog(log))
    }
}
