import Client
import Wire

/// Messages that an open conversation keeps in sight.
extension SottoCommand {
    static let pinList = SottoCommand(
        "pin list", short: "pins", words: [.chat], "List the messages that an open conversation keeps in sight.",
        examples: ["sotto pins Town"]
    ) { (session) in
        let conversation = try await conversation(session)
        for pin in try await session.account.chats.pins(of: conversation) {
            session.output.print(.pin, PinRecord(pin))
            session.output.say(line: await text(of: pin.entry, session))
        }
    }

    static let pinAdd = SottoCommand(
        "pin add", words: [.chat, .number], "Keep a message in sight.", examples: ["sotto pin add Town 3"]
    ) { (session) in
        let (target, _, number) = try await line(session)
        let conversation = try target.conversation()
        try await session.account.chats.pin(number, of: conversation)
        session.output.print(.pinned, LinePlaceRecord(.conversation(conversation), number: number))
        session.output.say("Pinned.")
    }

    static let pinRemove = SottoCommand(
        "pin remove", words: [.chat, .number], "Keep it in sight no more.", examples: ["sotto pin remove Town 3"]
    ) { (session) in
        let (target, _, number) = try await line(session)
        let conversation = try target.conversation()
        try await session.account.chats.unpin(number, of: conversation)
        session.output.print(.unpinned, LinePlaceRecord(.conversation(conversation), number: number))
        session.output.say("Not pinned any more.")
    }

    /// A message as it reads now.
    private static func text(of entry: LogEntry, _ session: CommandSession) async -> String {
        let time = Output.time(entry.time)
        let sender = entry.sender.account
        let handle = try? await session.account.people.knownHandle(of: sender)
        let author = Output.name(of: sender, handle)
        guard case .message(let message) = entry.event, !message.isDeleted else {
            return "\(time)  #\(entry.seq) \(author): [deleted]"
        }
        return "\(time)  #\(entry.seq) \(author): \(Output.post(message.text, message.media))"
    }
}
