import Client
import Wire

/// The conversations of this account: which there are, who is in them, and how far they were read.
extension Verb {
    static let conversations = Verb(
        "conversations", .conversations,
        usage: "conversations [list | members ID | add ID HANDLE… | leave ID | remove ID HANDLE"
            + " | role ID HANDLE owner|admin|member | read ID NUMBER | follow ID | unfollow ID]",
        "List your conversations; see and change who is in one; say how far you have read; follow one.",
        words: 0...2 + Limits.membersPerRequestMax
    ) { (client, arguments, output) in
        let words = arguments.words
        switch (words.first ?? "list", words.count) {
        case ("list", 0...1): try await list(client, output)
        case ("members", 2): try await members(of: try conversationID(words[1]), client, output)
        case ("add", 3...):
            try await add(try words[2...].map { try handle($0) }, to: try conversationID(words[1]), client, output)
        case ("leave", 2):
            let town = try conversationID(words[1])
            try await client.chats.leave(town)
            output.object("left") { $0.put("conversation", town) }
            output.say("You have left.")
        case ("remove", 3): try await remove(words[2], from: try conversationID(words[1]), client, output)
        case ("role", 4): try await give(words[3], to: words[2], in: try conversationID(words[1]), client, output)
        case ("follow", 2): try await follow(try conversationID(words[1]), client, output)
        case ("unfollow", 2): try await unfollow(try conversationID(words[1]), client, output)
        case ("read", 3): try await read(to: try seq(words[2]), of: try conversationID(words[1]), client, output)
        default: throw arguments.misused
        }
    }

    private static func list(_ client: Account, _ output: Output) async throws {
        let listing = try await client.chats.conversations()
        for view in listing.items {
            output.object("conversationListed") { view.write(fields: &$0) }
            var peer = view.peer?.description
            if let account = view.peer { peer = try await client.people.knownHandle(of: account)?.text ?? peer }
            output.say(line(view, peer: peer))
        }
        if listing.isCut { tellCut(listing.items.count, output) }
    }

    private static func line(_ view: ConversationView, peer: String?) -> String {
        let name = view.title ?? (view.sealedName == nil ? nil : "[sealed name]") ?? peer ?? "without a name"
        let facts = [
            "\(view.mode.rawValue) \(view.kind.rawValue)",
            view.memberCount == 1 ? "1 member" : "\(view.memberCount) members",
            "you are \(view.role.rawValue)", "\(view.unread) unread of \(view.head)",
        ]
        return "\(view.conversation)  \(Output.oneLine(name))  \(facts.joined(separator: ", "))"
    }

    private static func members(
        of conversation: ConversationID, _ client: Account, _ output: Output
    ) async throws {
        let listing = try await client.chats.members(of: conversation)
        for member in listing.items {
            output.object("member") { (writer) in
                writer.put("account", member.account)
                writer.put("handle", member.handle)
                writer.put("claimedHandle", member.claimedHandle)
                writer.put("role", member.role)
                writer.put("joinedAt", Timestamp(member.joinedAt))
            }
            let name = member.handle?.text ?? member.account.description
            let doubt = member.claimedHandle.map { "  (the server calls it \($0); this device cannot tell)" } ?? ""
            let joined = Timestamp(member.joinedAt).description.prefix(10)
            output.say("\(name)  \(member.role.rawValue)  since \(joined)\(doubt)")
        }
        if listing.isCut { tellCut(listing.items.count, output) }
    }

    private static func tellCut(_ count: Int, _ output: Output) {
        output.object("cut") { $0.put("count", number: UInt64(count)) }
        Output.complain("There are more than the \(count) that are shown.")
    }

    private static func add(
        _ handles: [Handle], to conversation: ConversationID, _ client: Account, _ output: Output
    ) async throws {
        try await client.chats.addMembers(handles, to: conversation)
        for handle in handles {
            output.object("memberAdded") { (writer) in
                writer.put("conversation", conversation)
                writer.put("handle", handle)
            }
        }
        output.say(handles.count == 1 ? "\(handles[0]) is a member." : "They are members.")
    }

    private static func remove(
        _ word: String, from conversation: ConversationID, _ client: Account, _ output: Output
    ) async throws {
        let account = try await account(word, client)
        try await client.chats.removeMember(account, from: conversation)
        output.object("memberRemoved") { (writer) in
            writer.put("conversation", conversation)
            writer.put("account", account)
        }
        output.say("\(word) is no member any more.")
    }

    private static func give(
        _ word: String, to member: String, in conversation: ConversationID, _ client: Account, _ output: Output
    ) async throws {
        guard let role = Role(rawValue: word), role != .later else {
            throw UsageError(message: "A role is owner, admin or member, not “\(Output.harmless(word))”.")
        }
        let account = try await account(member, client)
        try await client.chats.setRole(role, of: account, in: conversation)
        output.object("roleGiven") { (writer) in
            writer.put("conversation", conversation)
            writer.put("account", account)
            writer.put("role", role)
        }
        output.say("\(member) is now \(role.rawValue).")
    }

    private static func follow(
        _ conversation: ConversationID, _ client: Account, _ output: Output
    ) async throws {
        try await client.chats.follow(conversation)
        output.object("followed") { $0.put("conversation", conversation) }
        output.say("Followed: what is said there from now on, `listen` and `chat` print with their next connect.")
    }

    private static func unfollow(
        _ conversation: ConversationID, _ client: Account, _ output: Output
    ) async throws {
        try await client.chats.unfollow(conversation)
        output.object("unfollowed") { $0.put("conversation", conversation) }
        output.say("Not followed any more: `listen` says how much is said there meanwhile, and not what.")
    }

    private static func read(
        to seq: SequenceNumber, of conversation: ConversationID, _ client: Account, _ output: Output
    ) async throws {
        let reached = try await client.chats.markRead(through: seq, of: conversation)
        tell("read", reached, of: conversation, output)
        output.say(reached < seq ? "Read up to #\(reached): there is no #\(seq) yet." : "Read up to #\(reached).")
    }

    private static func conversationID(_ word: String) throws(UsageError) -> ConversationID {
        guard let id = ConversationID(text: word) else {
            throw UsageError(message: "A conversation is named by 22 characters, as sotto conversations shows them.")
        }
        return id
    }

    /// Whom a word names: a handle, or an account whose handle this device does not know, by its id.
    private static func account(_ word: String, _ client: Account) async throws -> AccountID {
        if let handle = Handle(text: word) { return try await client.people.account(of: handle) }
        guard let account = AccountID(text: word) else {
            throw UsageError(message: "“\(Output.harmless(word))” is no handle, nor an account's id of 22 characters.")
        }
        return account
    }
}
