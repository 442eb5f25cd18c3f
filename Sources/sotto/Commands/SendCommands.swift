import Client
import Wire

/// Saying something: sealed to somebody, or open in a conversation.
extension SottoCommand {
    static let chatSend = SottoCommand(
        "chat send", short: "send", words: [.chat, Word("TEXT").optional],
        options: [
            .init(name: "--file", value: "FILE", help: "Send it; TEXT stands beside it."),
            .init(name: "--type", value: "TYPE", help: "Its media type, as you say.", needs: "--file"),
            .init(name: "--no-preview", help: "Without the small picture that shows an image.", needs: "--file"),
            .init(name: "--expires", value: "TIME", help: "Disappear after 30s, 5m, 1h, 7d; 5s to 28d."),
        ],
        "Say something, and wait until the server has it; status 75 where it waits for that. TEXT - reads "
            + "standard input.",
        details: "To somebody it is sealed, with its file. In an open conversation, which wants # before its name, the "
            + "server can read and see both, and --expires goes up to a year. Once a file is sealed it is not lost: "
            + "what was cut goes on with the same command, sotto outbox resume, listen or chat.",
        examples: [
            "sotto send @bob 'See you at noon?'", "sotto send @bob 'The lake' --file lake.jpg",
            "sotto send '#Town' 'Hello, all' --expires 7d", "date | sotto send @bob -",
        ]
    ) { (session) in
        let (account, typed, output) = (session.account, session.typed, session.output)
        let target = try await ChatTarget.find(
            try typed.word(0), in: account, isForSaying: true, telling: output)
        let text = typed.words.count > 1 ? try said(typed.words[1]) : ""
        let expiresIn = try typed.duration("--expires")
        guard let path = typed.values["--file"] else {
            guard typed.words.count > 1 else { throw UsageError(message: "Say what: TEXT, or --file FILE.") }
            let line = try await saying(to: target, session) {
                if let handle = target.handle {
                    return try await account.chats.send(text, to: handle, expiresIn: expiresIn)
                }
                return try await account.chats.send(text, to: try target.known(), expiresIn: expiresIn)
            }
            return try await accepted(line, to: target, session)
        }
        let file = OutgoingFile(
            path: path, caption: text, type: typed.values["--type"], expiresIn: expiresIn,
            wantsPreview: !typed.has("--no-preview"))
        try await accepted(try await send(file, to: target, session), to: target, session)
    }

    /// The server has it. Waits for the copies that the own other devices get: they are refused where this one was
    /// unlinked, which what hides its sender does not find out.
    private static func accepted(_ line: Line, to target: ChatTarget, _ session: CommandSession) async throws {
        session.output.accepted(line, to: target)
        if let failure = await session.account.outbox.settle() { throw failure }
    }

    private static func send(
        _ file: OutgoingFile, to target: ChatTarget, _ session: CommandSession
    ) async throws -> Line {
        let (account, output) = (session.account, session.output)
        let report: @Sendable (FileProgress) -> Void = { output.progress("Uploaded", $0) }
        guard let handle = target.handle else {
            let chat = try target.known()
            return try await saying(to: target, session) {
                try await account.chats.send(file, to: chat, progress: report)
            }
        }
        if let waiting = try await account.outbox.waitingLine(of: file, to: handle) {
            output.progress("This very file waits already; going on with it.")
            return try await account.outbox.resume(fileOf: waiting, progress: report)
        }
        return try await saying(to: target, session) {
            try await account.chats.send(file, to: handle, progress: report)
        }
    }

    /// What a word says; `-` is standard input.
    static func said(_ word: String) throws(UsageError) -> String {
        word == "-" ? try Input.everything(byteCountMax: 4 * Limits.textLengthMax) : word
    }

    /// Says something. Where the server does not take it and it stands in its chat all the same, waiting or refused,
    /// tells by which number it is given up.
    static func saying<Value>(
        to target: ChatTarget, _ session: CommandSession, _ say: () async throws -> Value
    ) async throws -> Value {
        let chats = session.account.chats
        func last() async throws -> Line? {
            var chat = target.id
            if chat == nil, let handle = target.handle { chat = try await chats.chat(with: handle) }
            guard let chat else { return nil }
            return try await chats.chat(chat)?.last
        }
        let before = try await last()
        do {
            return try await say()
        } catch let error as SottoError {
            if let line = try? await last(), line.id != before?.id, line.author.isOwn, !line.isAccepted {
                session.output.print(.notAccepted, LineRecord(line, with: target.handle))
                let delete = "sotto delete \(target.word) \(line.number)"
                Output.complain(
                    line.isRefused ? "Not sent, and not kept to be sent: \(delete) takes it out of the history."
                        : "Kept as number \(line.number): \(delete) gives it up.")
            }
            throw error
        }
    }
}

extension Line {
    fileprivate var isAccepted: Bool { delivery == .accepted || delivery == .received }

    fileprivate var isRefused: Bool { if case .refused = delivery { true } else { false } }
}
