import Store
import Wire

extension ReadTables {
    func report(_ report: [UInt8]) throws(Problem) -> ReportRow? {
        try connection.first(
            """
            SELECT number, report, reporter, sender, sender_device, is_attributed, message, time, reported_at, content
            FROM report WHERE report = ?
            """, .blob(report), read: Self.reportRow)
    }

    func reports(after number: UInt64, limit: Int) throws(Problem) -> [ReportRow] {
        try connection.rows(
            """
            SELECT number, report, reporter, sender, sender_device, is_attributed, message, time, reported_at, content
            FROM report WHERE number > ? ORDER BY number LIMIT ?
            """, .number(number), .integer(Int64(max(0, limit))), read: Self.reportRow)
    }

    func reportCount() throws(Problem) -> Int {
        try connection.first("SELECT count(*) FROM report") { Int($0.integer(0)) } ?? 0
    }

    private static func reportRow(_ row: Statement) -> ReportRow? {
        guard let reporter = row.id(2), let sender = row.id(3) else { return nil }
        let device = DeviceID(UInt32(truncatingIfNeeded: row.integer(4)))
        return ReportRow(
            number: row.number(0), report: row.bytes(1), reporter: AccountID(bytes: reporter),
            sender: DeviceAddress(account: AccountID(bytes: sender), device: device), isAttributed: row.integer(5) != 0,
            message: MessageID(row.number(6)), time: row.time(7), reportedAt: row.time(8), content: row.bytes(9))
    }
}
