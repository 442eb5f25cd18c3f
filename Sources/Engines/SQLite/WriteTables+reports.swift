import Store
import Wire

extension WriteTables {
    func putReport(_ row: ReportRow) throws(Problem) {
        try willWrite()
        try connection.run(
            """
            INSERT INTO report (report, reporter, sender, sender_device, is_attributed, message, time, reported_at,
                content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (report) DO UPDATE SET reporter = excluded.reporter, sender = excluded.sender,
                sender_device = excluded.sender_device, is_attributed = excluded.is_attributed,
                message = excluded.message, time = excluded.time, reported_at = excluded.reported_at,
                content = excluded.content
            """, .blob(row.report), .id(row.reporter), .id(row.sender.account),
            .integer(Int64(row.sender.device.rawValue)), .integer(row.isAttributed ? 1 : 0),
            .number(row.message.rawValue), .time(row.time), .time(row.reportedAt), .blob(row.content))
    }

    func removeReport(number: UInt64) throws(Problem) {
        try willWrite()
        try connection.run("DELETE FROM report WHERE number = ?", .number(number))
    }

    /// - Returns: how many went, at most `limit`.
    func expireReports(now: Timestamp, limit: Int64) throws(Problem) -> Int64 {
        let age = Limits.reportDays * 86_400_000
        guard now.milliseconds >= age else { return 0 }
        let gone = try connection.rows(
            """
            DELETE FROM report WHERE number IN (SELECT number FROM report WHERE reported_at <= ? LIMIT ?) RETURNING 1
            """, .time(Timestamp(milliseconds: now.milliseconds - age)), .integer(limit)) { $0.integer(0) }
        return Int64(gone.count)
    }
}
