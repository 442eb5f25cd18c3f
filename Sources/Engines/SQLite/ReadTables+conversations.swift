import Store
import Wire

extension ReadTables {
    func storedConversation(_ conversation: ConversationID) throws(Problem) -> ConversationRow? {
        try connection.first(
            """
            SELECT kind, mode, title, sealed_name, created_at, member_count, first, second
            FROM conversation WHERE conversation = ?
            """, .id(conversation)
        ) { (row) in
            guard let kind = row.text(0).flatMap({ ConversationKind(rawValue: $0) }),
                let mode = row.text(1).flatMap({ ConversationMode(rawValue: $0) })
            else { return nil }
            var pair: DMPair?
            if let first = row.id(6), let second = row.id(7) {
                pair = DMPair(AccountID(bytes: first), AccountID(bytes: second))
            }
            return ConversationRow(
                conversation: conversation, kind: kind, mode: mode, title: row.text(2),
                sealedName: row.bytesIfPresent(3), createdAt: row.time(4), memberCount: row.number(5), pair: pair)
        }
    }

    func storedDM(between pair: DMPair) throws(Problem) -> ConversationID? {
        try connection.first(
            "SELECT conversation FROM conversation WHERE first = ? AND second = ?", .id(pair.first), .id(pair.second)
        ) { $0.id(0).map { ConversationID(bytes: $0) } }
    }

    func storedMember(_ account: AccountID, of conversation: ConversationID) throws(Problem) -> MemberRow? {
        try connection.first(
            """
            SELECT conversation, account, role, joined_at, checkpoint FROM member
            WHERE conversation = ? AND account = ?
            """, .id(conversation), .id(account), read: Self.memberRow)
    }

    func members(
        of conversation: ConversationID, after account: AccountID?, limit: Int
    ) throws(Problem) -> [MemberRow] {
        // An empty blob comes before every id.
        try connection.rows(
            """
            SELECT conversation, account, role, joined_at, checkpoint FROM member
            WHERE conversation = ? AND account > ? ORDER BY account LIMIT ?
            """, .id(conversation), account.map { .id($0) } ?? .blob([]), .integer(Int64(max(0, limit))),
            read: Self.memberRow)
    }

    func ownerCount(of conversation: ConversationID) throws(Problem) -> Int {
        try connection.first(
            "SELECT count(*) FROM member WHERE conversation = ? AND role = ?", .id(conversation),
            .text(Role.owner.rawValue)
        ) { Int($0.integer(0)) } ?? 0
    }

    func memberships(
        of account: AccountID, after conversation: ConversationID?, limit: Int
    ) throws(Problem) -> [MemberRow] {
        try connection.rows(
            """
            SELECT conversation, account, role, joined_at, checkpoint FROM member
            WHERE account = ? AND conversation > ? ORDER BY conversation LIMIT ?
            """, .id(account), conversation.map { .id($0) } ?? .blob([]), .integer(Int64(max(0, limit))),
            read: Self.memberRow)
    }

    private static func memberRow(_ row: Statement) -> MemberRow? {
        guard let conversation = row.id(0), let account = row.id(1),
            let role = row.text(2).flatMap({ Role(rawValue: $0) })
        else { return nil }
        return MemberRow(
            conversation: ConversationID(bytes: conversation), account: AccountID(bytes: account), role: role,
            joinedAt: row.time(3), checkpoint: SequenceNumber(row.number(4)))
    }
}
