import SQLite

/// Counts against what they count.
extension StoreCheck {
    func counts() throws(SQLiteError) {
        try compare(
            ["conversation", "member"],
            """
            SELECT hex(c.conversation) || ' counts ' || c.member_count || ' members' FROM conversation c
            WHERE c.member_count <> (SELECT count(*) FROM member m WHERE m.conversation = c.conversation)
            """)
        try compare(
            ["account", "device"],
            """
            SELECT hex(a.account) || ' has no device' FROM account a
            WHERE NOT EXISTS (SELECT 1 FROM device d WHERE d.account = a.account)
            """)
        try compare(
            ["media_total", "media"],
            """
            SELECT 'not the number of media' WHERE ifnull((SELECT count FROM media_total WHERE account = x''), 0)
                <> (SELECT count(*) FROM media)
            """)
        try compare(
            ["media_total", "media"],
            """
            SELECT hex(t.account) || ' counts ' || t.count FROM media_total t WHERE t.account <> x''
                AND t.count <> (SELECT count(*) FROM media m WHERE m.account = t.account)
            """)
        try compare(
            ["key_log"],
            """
            SELECT 'an entry is missing' WHERE (SELECT count(*) FROM key_log)
                <> (SELECT ifnull(max(number) + 1, 0) FROM key_log)
            """)
        try compare(
            ["key_log_node"],
            """
            SELECT 'a hash is missing' WHERE (SELECT count(*) FROM key_log_node)
                <> (SELECT ifnull(max(position) + 1, 0) FROM key_log_node)
            """)
        for name in ["device", "conversation", "report"] {
            try compare(
                ["sequence", name],
                """
                SELECT '\(name) has higher numbers' WHERE (SELECT ifnull(max(number), 0) FROM \(name))
                    > ifnull((SELECT last FROM sequence WHERE name = '\(name)'), 0)
                """)
        }
    }

    /// - Parameters:
    ///   - tables: that are compared; the first is the one that counts.
    ///   - sql: selects one line for each finding.
    private func compare(_ tables: [String], _ sql: String) throws(SQLiteError) {
        let lines = try tolerating(tables[0]) { () throws(SQLiteError) in try connection.texts(sql) }
        for line in lines ?? [] { outcome.disagree("\(tables[0]): \(line)", among: tables) }
    }
}
