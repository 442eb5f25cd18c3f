import Client
import Wire

extension Verb {
    static let chat = Verb(
        "chat", .messages,
        usage: "chat HANDLE | chat --conversation ID | chat --create NAME [--with HANDLES] [--channel]",
        "Talk: lines typed are sent, what comes is printed. A handle is sealed, a conversation is open.", words: 0...1,
        options: [
            .init(name: "--conversation", value: "ID", help: "An open conversation."),
            .init(name: "--create", value: "NAME", help: "Create an open conversation first."),
            .init(name: "--with", value: "HANDLES", help: "Its members, with commas between."),
            .init(name: "--channel", help: "Make it a channel, not a group."),
        ]
    ) { (client, arguments, output) in
        try await ChatVerb(client: client, output: output).run(arguments)
    }
}

/// `sotto chat`: what is typed is sent, what comes is printed, until end of input or Ctrl-C.
struct ChatVerb: Sendable {
    let client: Account
    let output: Output

    func run(_ arguments: Arguments) async throws {
        guard try await client.whoami() != nil else { throw SottoError.notRegistered }
        if let conversation = try await conversation(arguments) {
            let chat = ChatID.conversation(conversation)
            // For as long as somebody looks at it nothing of it is missed.
            let timeline = try await client.chats.timeline(of: chat, count: 20)
            if let update = await timeline.updates.first(where: { (_) in true }) {
                for line in update.snapshot.lines { output.line(line, with: await Verb.other(line, client)) }
            }
            try await talk(in: chat, as: "--conversation \(conversation)")
            withExtendedLifetime(timeline) {}
        } else {
            guard let word = arguments.words.first else {
                throw arguments.misused
            }
            let handle = try Verb.handle(word)
            try await talk(in: .person(try await client.people.account(of: handle)), as: handle.text)
        }
    }

    private func conversation(_ arguments: Arguments) async throws -> ConversationID? {
        if let id = try Verb.conversation(arguments) { return id }
        guard let name = arguments.values["--create"] else { return nil }
        var members: [Handle] = []
        for text in (arguments.values["--with"] ?? "").split(separator: ",") {
            members.append(try Verb.handle(String(text)))
        }
        let kind: ConversationKind = arguments.switches.contains("--channel") ? .channel : .group
        let view = try await client.chats.createOpenConversation(kind, name: name, members: members)
        output.object("created") { view.write(fields: &$0) }
        output.say("Open conversation \(view.conversation): the server can read it.")
        return view.conversation
    }

    private func say(_ event: SottoEvent) async { await Verb.tell(event, client, output, namesPlaces: false) }

    /// Sends line by line while listening beside. What is said elsewhere is left to whoever looks there: it would read
    /// as if it were said here.
    /// - Parameter address: of the chat, as verbs take it.
    private func talk(in chat: ChatID, as address: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { (group) in
            group.addTask {
                for await event in await client.events() {
                    if event.chat.map({ $0 == chat }) ?? true { await say(event) }
                    if case .ended(let error) = event { throw error }
                }
            }
            group.addTask {
                for await line in Input.lines() where !line.isEmpty {
                    do {
                        let sent = try await Verb.saying(to: address, client, output, in: { chat }) {
                            try await client.chats.send(line, to: chat)
                        }
                        output.object("accepted") { Output.write(sent, with: nil, to: &$0) }
                        if case .conversation = chat { output.say("#\(sent.number)") }
                    } catch let error as SottoError {
                        output.failure(error)
                    }
                }
            }
            // Whichever ends first ends the other.
            _ = try await group.next()
            group.cancelAll()
        }
    }
}

extension SottoEvent {
    /// Where something was said or changed; `nil` for what is about no chat.
    fileprivate var chat: ChatID? {
        switch self {
        case .message(let line), .unreadable(let line), .removed(let line), .change(let line): line.id.chat
        default: nil
        }
    }
}
