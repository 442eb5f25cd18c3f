import Client
import Wire

/// What is done about a message, or about a chat as a whole.
extension SottoCommand {
    static let chatDelete = SottoCommand(
        "chat delete", short: "delete", words: [.chat, .number],
        options: [.init(name: "--for-me", help: "Leave the others' copies of an own message as they are.")],
        "Take back a message for everybody, with its file; one that others sent, on this device alone.",
        details: "A message that waits to be sent is given up. What was posted to an open conversation is deleted for "
            + "everybody, or not at all.",
        examples: ["sotto delete @bob 2", "sotto delete @bob 3 --for-me"]
    ) { (session) in
        let isForMe = session.typed.has("--for-me")
        let (target, id, _) = try await line(session)
        guard !target.isOpen || !isForMe else {
            throw UsageError(message: "What was posted to a conversation is deleted for everybody, not --for-me.")
        }
        let before = try await session.account.chats.line(id)
        let line = try await session.account.chats.delete(id, forMeOnly: isForMe)
        let other = await other(line, session.account)
        session.output.print(.removed, LineRecord(line, with: other))
        let isForAll = target.isOpen || line.author.isOwn && !isForMe
        session.output.say(deleted(before, isForAll: isForAll))
    }

    /// What a deletion has done to a line, as it was before.
    private static func deleted(_ line: Line?, isForAll: Bool) -> String {
        if line?.removal != nil { return "There was nothing to delete: that message is gone already." }
        switch line?.delivery {
        case .refused: return "Taken out here; nobody has got it."
        case .uploading, .queued: return "Given up, and taken out here."
        default: break
        }
        return isForAll ? "Deleted for everybody." : "Deleted on this device; the others' copies are as they were."
    }

    static let chatReport = SottoCommand(
        "chat report", short: "report", words: [.chat, .number],
        "Show one message that came to whoever runs the server, with a proof that it was sent to you.",
        details: "That one and no other.",
        examples: ["sotto report @bob 4"]
    ) { (session) in
        let receipt = try await session.account.safety.report(message: try await line(session).id)
        session.output.print(.reported, receipt)
        session.output.say("Reported. Whoever runs the server can read this message now, and no other.")
    }

    static let chatRead = SottoCommand(
        "chat read", words: [.chat, .number],
        "Say that everything up to that number was read, for all devices of the account.",
        details: "Of open conversations.",
        examples: ["sotto chat read Town 1"]
    ) { (session) in
        let (target, _, number) = try await line(session)
        let seq = number
        let conversation = try target.conversation()
        let reached = try await session.account.chats.markRead(through: seq, of: conversation)
        session.output.print(.read, LinePlaceRecord(.conversation(conversation), number: reached))
        let note = reached < seq ? ": there is no #\(seq) yet." : "."
        session.output.say("Read up to #\(reached)\(note)")
    }

    static let chatFollow = SottoCommand(
        "chat follow", words: [.chat],
        "Fetch what is said in an open conversation from now on, at each connect.",
        examples: ["sotto chat follow Town"]
    ) { (session) in
        let conversation = try await conversation(session)
        try await session.account.chats.follow(conversation)
        session.output.print(.followed, PlaceRecord(.conversation(conversation)))
        session.output.say("Followed: what is said there from now on, listen and chat print with their next connect.")
    }

    static let chatUnfollow = SottoCommand(
        "chat unfollow", words: [.chat], "Follow it no more.", examples: ["sotto chat unfollow Town"]
    ) { (session) in
        let conversation = try await conversation(session)
        try await session.account.chats.unfollow(conversation)
        session.output.print(.unfollowed, PlaceRecord(.conversation(conversation)))
        session.output.say("Not followed any more: listen says how much is said there meanwhile, and not what.")
    }

    static let chatLeave = SottoCommand(
        "chat leave", words: [.chat], "Leave a conversation; what this device keeps of it stays.",
        examples: ["sotto chat leave Town --data ./bob"]
    ) { (session) in
        let conversation = try await conversation(session)
        try await session.account.chats.leave(conversation)
        session.output.print(.left, PlaceRecord(.conversation(conversation)))
        session.output.say("You have left.")
    }

    /// The conversation that the first word names.
    static func conversation(_ session: CommandSession) async throws -> ConversationID {
        try await ChatTarget.find(try session.typed.word(0), in: session.account, telling: session.output)
            .conversation()
    }
}
