import Client
import Wire

/// Conversations of several: making one, and who is in it.
extension SottoCommand {
    static let groupList = SottoCommand(
        "group list", short: "groups",
        "List the conversations of this account, as the server has them, with what is unread.",
        examples: ["sotto groups"]
    ) { (session) in
        let listing = try await session.account.chats.conversations()
        for view in listing.items {
            session.output.print(.conversation, ConversationRecord(view))
            var peer = view.peer?.description
            if let account = view.peer {
                peer = try await session.account.people.knownHandle(of: account)?.text ?? peer
            }
            session.output.say(line: line(view, peer: peer))
        }
        if listing.items.isEmpty { session.output.progress("No groups: sotto group create NAME --open makes one.") }
        if listing.isCut { tellCut(listing.items.count, session.output) }
    }

    private static func line(_ view: ConversationView, peer: String?) -> String {
        let unnamed = (view.sealedName == nil ? nil : "[sealed name]") ?? peer ?? "without a name"
        let name = view.title.map { ChatTarget.name($0, of: .conversation(view.conversation)) } ?? unnamed
        let facts = [
            "\(view.mode.rawValue) \(view.kind.rawValue)",
            view.memberCount == 1 ? "1 member" : "\(view.memberCount) members",
            "you are \(view.role.rawValue)", "\(view.unread) unread of \(view.head)",
        ]
        return "\(name)  #\(view.conversation)  \(facts.joined(separator: ", "))"
    }

    static let groupCreate = SottoCommand(
        "group create", words: [Word("NAME"), Word("PERSON", .person).optional.repeated],
        options: [
            .init(name: "--open", help: "The server can read it. Needed, since there are no sealed groups yet."),
            .init(name: "--channel", help: "A channel, which only its admins write to.", needs: "--open"),
        ],
        "Make a conversation of several, with these members.",
        examples: ["sotto group create Town @bob --open"]
    ) { (session) in
        guard session.typed.has("--open") else {
            throw UsageError(
                message: "There are no sealed groups yet: --open makes one, which the server can read.")
        }
        let members = try session.typed.words.dropFirst().map { try ChatTarget.person($0) }
        let view = try await session.account.chats.createOpenConversation(
            session.typed.has("--channel") ? .channel : .group, name: try session.typed.word(0), members: members)
        session.output.print(.created, ConversationRecord(view))
        session.output.say("#\(view.conversation)")
        let name = ChatTarget.name(try session.typed.word(0), of: .conversation(view.conversation))
        session.output.note("\(name) is open: the server can read it.")
    }

    static let groupMembers = SottoCommand(
        "group members", words: [.chat], "Show who is in a conversation, and in which role.",
        details: "A handle stands there only where this device looked it up itself, for up to 50 members at a time. "
            + "Others are shown by their accounts' ids, with what the server calls them said to be the server's word.",
        examples: ["sotto group members Town"]
    ) { (session) in
        let conversation = try await conversation(session)
        let listing = try await session.account.chats.members(of: conversation)
        show(listing.items, of: conversation, session.output)
        if listing.isCut { tellCut(listing.items.count, session.output) }
    }

    /// - Parameter label: what stands before each, in text.
    static func show(
        _ members: [ConversationMember], of conversation: ConversationID, after label: String = "", _ output: Output
    ) {
        for member in members {
            output.print(.member, MemberRecord(member, of: .conversation(conversation)))
            let name = member.handle.map { "@\($0)" } ?? "@\(member.account)"
            let doubt = member.claimedHandle.map { "  (the server calls it \($0); this device cannot tell)" } ?? ""
            let joined = Timestamp(member.joinedAt).description.prefix(10)
            output.say("\(label)\(name)  \(member.role.rawValue)  since \(joined)\(doubt)")
        }
    }

    private static func tellCut(_ count: Int, _ output: Output) {
        output.print(.cut, CountRecord(count))
        Output.complain("There are more than the \(count) that are shown.")
    }

    static let groupAdd = SottoCommand(
        "group add", words: [.chat, Word("PERSON", .person).repeated],
        "Add members to a conversation, up to 250 at once.",
        examples: ["sotto group add Town @dave"]
    ) { (session) in
        let conversation = try await conversation(session)
        let people = try session.typed.words.dropFirst().map { try ChatTarget.person($0) }
        try await session.account.chats.addMembers(people, to: conversation)
        for person in people {
            session.output.print(
                .memberAdded, MemberAddedRecord(person.personReference, to: .conversation(conversation)))
        }
        session.output.say(people.count == 1 ? "@\(people[0]) is a member." : "They are members.")
    }

    static let groupRemove = SottoCommand(
        "group remove", words: [.chat, .person], "Remove a member from a conversation.",
        examples: ["sotto group remove Town @dave"]
    ) { (session) in
        let conversation = try await conversation(session)
        let word = try session.typed.word(1)
        let member = try await member(word, session)
        try await session.account.chats.removeMember(member, from: conversation)
        session.output.print(.memberRemoved, MemberRemovedRecord(member, from: .conversation(conversation)))
        session.output.say("\(word) is no member any more.")
    }

    static let groupRole = SottoCommand(
        "group role", words: [.chat, .person, Word("ROLE", .choice(["owner", "admin", "member"]))],
        "Give a member a role.",
        details: "To hand a conversation over, make the other an owner, then leave or become a member.",
        examples: ["sotto group role Town @bob admin"]
    ) { (session) in
        let word = try session.typed.word(2)
        guard let role = Role(rawValue: word), role != .later else {
            throw UsageError(message: "A role is owner, admin or member, not “\(Output.oneLine(word))”.")
        }
        let conversation = try await conversation(session)
        let member = try await member(try session.typed.word(1), session)
        try await session.account.chats.setRole(role, of: member, in: conversation)
        session.output.print(.roleGiven, RoleGivenRecord(role, to: member, in: .conversation(conversation)))
        session.output.say("\(try session.typed.word(1)) is now \(role.rawValue).")
    }

    /// Whom a word names: by handle, or where this device does not know that, by the id of an account.
    private static func member(_ word: String, _ session: CommandSession) async throws -> AccountID {
        switch try ChatTarget.person(word).personReference {
        case .account(let account): account
        case .handle(let handle): try await session.account.people.account(of: handle)
        }
    }

    static let groupSetImage = SottoCommand(
        "group set-image", words: [.chat, .file],
        "Give an open conversation an image, in pictures that the server makes.",
        examples: ["sotto group set-image Town lake.jpg"]
    ) { (session) in
        let conversation = try await conversation(session)
        let media = try await session.account.chats.setImage(try session.typed.word(1), of: conversation) {
            session.output.progress("Uploaded", $0)
        }
        session.output.print(.imageSet, ImageSetRecord(media, of: .conversation(conversation)))
        session.output.say("This is the conversation's image now.")
    }

    static let groupRemoveImage = SottoCommand(
        "group remove-image", words: [.chat], "Take the image of an open conversation away.",
        examples: ["sotto group remove-image Town"]
    ) { (session) in
        let conversation = try await conversation(session)
        try await session.account.chats.removeImage(of: conversation)
        session.output.print(.imageRemoved, PlaceRecord(.conversation(conversation)))
        session.output.say("The conversation has no image any more.")
    }
}
