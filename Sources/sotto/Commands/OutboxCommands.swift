import Client
import Wire

/// What waits to be sent.
extension SottoCommand {
    static let outboxList = SottoCommand(
        "outbox list", "List what waits to be sent, the first to go first.", examples: ["sotto outbox"]
    ) { (session) in
        let waiting = try await session.account.outbox.lines()
        for line in waiting { await show(line, .message, session) }
        if waiting.isEmpty { session.output.progress("Nothing waits.") }
    }

    static let outboxResume = SottoCommand(
        "outbox resume", "Send what waits, files and messages, and say of each what became of it; status 75 while "
            + "something still waits.",
        examples: ["sotto outbox resume"]
    ) { (session) in
        let (account, output) = (session.account, session.output)
        let waiting = try await account.outbox.lines()
        await account.outbox.watchFiles { (_, progress) in output.progress("Uploaded", progress) }
        let failure = await account.outbox.sendAll()
        var refusal: SottoError?
        var kept: SottoError?
        for before in waiting {
            guard let now = try await account.chats.line(before.id) else { continue }
            switch now.delivery {
            case .accepted: await show(now, .accepted, session)
            case .refused(let reason):
                await show(now, .notAccepted, session)
                refusal = refusal ?? error(reason)
            default:
                await show(now, .notAccepted, session)
                kept = failure ?? now.message.map { .queued($0) }
            }
        }
        if waiting.isEmpty { output.progress("Nothing waits.") }
        if let problem = kept ?? refusal { throw problem }
    }

    static let outboxCancel = SottoCommand(
        "outbox cancel", words: [.chat, .number], "Give up what waits at that line of a chat; it goes nowhere.",
        examples: ["sotto outbox cancel @bob 7"]
    ) { (session) in
        let (account, output) = (session.account, session.output)
        let (target, id, number) = try await line(session)
        guard let line = try await account.chats.line(id) else { throw SottoError.noSuchMessage }
        switch line.delivery {
        case .uploading where line.id.chat.conversation == nil: try await account.outbox.cancel(fileOf: line.id)
        case .uploading, .queued: _ = try await account.chats.delete(line.id)
        default: throw SottoError.file(.notWaiting)
        }
        output.print(.cancelled, LinePlaceRecord(id.chat, number: number))
        output.say("Cancelled; \(target.name) gets nothing of it.")
    }

    /// A line, with the chat that it is for.
    private static func show(_ line: Line, _ event: RecordKind<LineRecord>, _ session: CommandSession) async {
        let handle = await other(line, session.account)
        session.output.print(event, LineRecord(line, with: handle))
        let place = (try? await session.account.chats.chat(line.id.chat)).map { ChatTarget.target(of: $0).name }
        session.output.say(line: "[\(place ?? line.id.chat.description)] \(Output.text(of: line, with: handle))")
    }

    /// Why a message was given up, as its sender would have heard it.
    private static func error(_ refusal: Delivery.Refusal) -> SottoError {
        switch refusal {
        case .problem(let code): .refused(Problem(code, ""))
        case .file(let failure): .file(failure)
        case .keys: .cannotSeal
        case .answer: .unexpectedAnswer
        }
    }
}
