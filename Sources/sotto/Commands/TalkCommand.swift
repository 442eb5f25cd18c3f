import Client
import Wire

/// Talking: on a full screen where there is a terminal, plain else.
extension SottoCommand {
    static let chat = SottoCommand(
        "chat", words: [.chat.optional],
        options: [.plain],
        "Talk: list and messages on one screen. Plain, lines typed are sent, and what comes is printed.",
        details: "Without CHAT it opens with the newest. F1 shows the keys, and docs/chat-screen.md has them.",
        examples: ["echo 'On my way' | sotto chat @bob"]
    ) { (session) in
        guard try await session.account.whoami() != nil else { throw SottoError.notRegistered }
        let isPlain = session.output.isJSON || session.typed.has(Option.plain.name)
        let isOnScreen = ChatScreen.isPossible(isPlain: isPlain)
        guard let word = session.typed.words.first else {
            if isOnScreen { return try await ChatScreen.run(session.account) }
            throw UsageError(
                message: "With whom? Such as sotto chat @bob; sotto chats shows what there is. "
                    + Invocation.quotesHint)
        }
        let target = try await ChatTarget.find(
            word, in: session.account, isForSaying: true, telling: session.output)
        if isOnScreen {
            return try await ChatScreen.run(session.account, at: try await target.chat(in: session.account))
        }
        try await PlainChat(session: session, target: target).run()
    }
}

/// `sotto chat` without a screen: what is typed is sent, what comes is printed, until end of input or Ctrl-C.
struct PlainChat: Sendable {
    let session: CommandSession
    let target: ChatTarget

    private var account: Account { session.account }
    private var output: Output { session.output }

    func run() async throws {
        guard let handle = target.handle else {
            let chat = try target.known()
            // For as long as somebody looks at it nothing of it is missed.
            let timeline = try await account.chats.timeline(of: chat, count: 20)
            if let update = await timeline.updates.first(where: { (_) in true }) {
                for line in update.snapshot.lines { await output.line(line, of: account) }
            }
            try await talk(in: chat)
            return withExtendedLifetime(timeline) {}
        }
        try await talk(in: .person(try await account.people.account(of: handle)))
    }

    /// Sends line by line while listening beside. What is said elsewhere is left to whoever looks there: it would read
    /// as if it were said here.
    private func talk(in chat: ChatID) async throws {
        try await withThrowingTaskGroup(of: Void.self) { (group) in
            group.addTask {
                for await event in await account.events() {
                    if event.chat.map({ $0 == chat }) ?? true {
                        await SottoCommand.tell(event, account, output, namesPlaces: false)
                    }
                    if case .ended(let error) = event { throw error }
                }
            }
            group.addTask {
                for await line in Input.lines() where !line.isEmpty {
                    do {
                        let sent = try await SottoCommand.saying(to: target, session) {
                            try await account.chats.send(line, to: chat)
                        }
                        output.print(.accepted, LineRecord(sent, with: target.handle))
                        if target.isOpen { output.say("#\(sent.number)") }
                    } catch let error as SottoError {
                        output.failure(error, exit: nil)
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
