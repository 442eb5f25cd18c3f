import SQLite

/// Counts against what they count.
extension StoreCheck {
    func counts() throws(SQLiteError) {
        try compare(
            "conversation",
            """
            SELECT hex(c.conversation) || ' counts ' || c.member_count || ' members' FROM conversation c
            WHERE c.member_count <> (SELECT count(*) FROM member m WHERE m.conversation = c.conversation)
            """)
        try compare(
            "account",
            """
            SELECT hex(a.account) || ' has no device' FROM account a
            WHERE NOT EXISTS (SELECT 1 FROM device d WHERE d.account = a.account)
            """)
        try compare(
            "media_total",
            """
            SELECT 'not the number of media' WHERE ifnull((SELECT count FROM media_total WHERE account = x''), 0)
                <> (SELECT count(*) FROM media)
            """)
        try compare(
            "media_total",
            """
            SELECT hex(t.account) || ' counts ' || t.count FROM media_total t WHERE t.account <> x''
                AND t.count <> (SELECT count(*) FROM media m WHERE m.account = t.account)
            """)
        try compare(
            "key_log",
            """
            SELECT 'an entry is missing' WHERE (SELECT count(*) FROM key_log)
                <> (SELECT ifnull(max(number) + 1, 0) FROM key_log)
            """)
        try compare(
            "key_log_node",
            """
            SELECT 'a hash is missing' WHERE (SELECT count(*) FROM key_log_node)
                <> (SELECT ifnull(max(position) + 1, 0) FROM key_log_node)
            """)
        for name in ["device", "conversation", "report"] {
            try compare(
                "sequence",
                """
                SELECT '\(name) has higher numbers' WHERE (SELECT ifnull(max(number), 0) FROM \(name))
                    > ifnull((SELECT last FROM sequence WHERE name = '\(name)'), 0)
                """)
        }
    }

    /// - Parameter sql: selects one line for each finding.
    private func compare(_ table: String, _ sql: String) throws(SQLiteError) {
        let lines = try tolerating(table) { () throws(SQLiteError) in try connection.texts(sql) }
        for line in lines ?? [] { outcome.found("\(table): \(line)") }
    }
}
