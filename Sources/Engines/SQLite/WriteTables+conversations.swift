import Store
import Wire

extension WriteTables {
    func insertConversation(_ row: ConversationRow) throws(Problem) {
        try willWrite()
        try connection.run(
            """
            INSERT INTO conversation (conversation, kind, mode, title, sealed_name, created_at, member_count, first,
                second) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .id(row.conversation), .text(row.kind.rawValue), .text(row.mode.rawValue), .text(row.title),
            .blob(row.sealedName), .time(row.createdAt), .number(row.memberCount),
            row.pair.map { .id($0.first) } ?? .null, row.pair.map { .id($0.second) } ?? .null)
        wrote(.conversation(row.conversation))
        if let pair = row.pair { wrote(.dm(pair)) }
        journal.note(.insertedConversation(row.conversation))
    }

    func updateConversation(_ row: ConversationRow) throws(Problem) {
        try willWrite()
        let before = try conversation(row.conversation)
        precondition(before != nil, "an update of no conversation")
        precondition(before?.pair == row.pair, "a dm is between the same two accounts for ever")
        try connection.run(
            """
            UPDATE conversation SET kind = ?, mode = ?, title = ?, sealed_name = ?, created_at = ?, member_count = ?
            WHERE conversation = ?
            """, .text(row.kind.rawValue), .text(row.mode.rawValue), .text(row.title), .blob(row.sealedName),
            .time(row.createdAt), .number(row.memberCount), .id(row.conversation))
        wrote(.conversation(row.conversation))
    }

    func putMember(_ row: MemberRow) throws(Problem) {
        try willWrite()
        let (conversation, account) = (try conversation(row.conversation), try account(row.account))
        precondition(conversation != nil, "a member of no conversation")
        precondition(account != nil, "a member who has no account")
        try connection.run(
            """
            INSERT OR REPLACE INTO member (conversation, account, role, joined_at, checkpoint) VALUES (?, ?, ?, ?, ?)
            """, .id(row.conversation), .id(row.account), .text(row.role.rawValue), .time(row.joinedAt),
            .number(row.checkpoint.rawValue))
        wrote(.member(row.account, row.conversation))
    }

    func removeMember(_ account: AccountID, of conversation: ConversationID) throws(Problem) {
        try willWrite()
        try connection.run(
            "DELETE FROM member WHERE conversation = ? AND account = ?", .id(conversation), .id(account))
        wrote(.member(account, conversation))
    }
}
