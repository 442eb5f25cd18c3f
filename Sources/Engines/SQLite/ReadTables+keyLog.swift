import Store
import Wire

extension ReadTables {
    func keyLogSize() throws(Problem) -> UInt64 {
        try connection.first("SELECT ifnull(max(number) + 1, 0) FROM key_log") { $0.number(0) } ?? 0
    }

    func keyLogRows(from index: UInt64, limit: Int) throws(Problem) -> [KeyLogRow] {
        try connection.rows(
            "SELECT number, account, epoch, entry FROM key_log WHERE number >= ? ORDER BY number LIMIT ?",
            .number(index), .integer(Int64(max(0, limit))), read: Self.keyLogRow)
    }

    func keyLogRows(of account: [UInt8], after epoch: UInt64, limit: Int) throws(Problem) -> [KeyLogRow] {
        try connection.rows(
            """
            SELECT number, account, epoch, entry FROM key_log WHERE account = ? AND epoch > ? ORDER BY epoch LIMIT ?
            """, .blob(account), .number(epoch), .integer(Int64(max(0, limit))), read: Self.keyLogRow)
    }

    func keyLogNode(at position: UInt64) throws(Problem) -> [UInt8]? {
        try connection.first("SELECT hash FROM key_log_node WHERE position = ?", .number(position)) { $0.bytes(0) }
    }

    func accounts(after account: AccountID?, limit: Int) throws(Problem) -> [AccountRow] {
        try connection.rows(
            """
            SELECT account, handle, signing_key, agreement_key, created_at, list_epoch, list_signature, next_device,
                delivery_token
            FROM account WHERE account > ? ORDER BY account LIMIT ?
            """, account.map { .id($0) } ?? .blob([]), .integer(Int64(max(0, limit))), read: Self.accountRow)
    }

    private static func keyLogRow(_ row: Statement) -> KeyLogRow? {
        KeyLogRow(index: row.number(0), account: row.bytes(1), epoch: row.number(2), entry: row.bytes(3))
    }
}
