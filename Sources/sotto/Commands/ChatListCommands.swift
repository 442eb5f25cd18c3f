import Client
import Wire

/// What this device keeps of its chats.
extension SottoCommand {
    static let chatList = SottoCommand(
        "chat list", short: "chats",
        "List the chats that this device keeps, the latest first, each with its newest line.",
        examples: ["sotto chats", "sotto chats --json"]
    ) { (session) in
        let chats = try await session.account.chats.all()
        for chat in chats {
            session.output.print(.chat, ChatRecord(chat))
            session.output.say(line: await line(of: chat, session))
        }
        if chats.isEmpty { session.output.progress("No chats yet: sotto send @HANDLE TEXT begins one.") }
    }

    private static func line(of chat: Chat, _ session: CommandSession) async -> String {
        let target = ChatTarget.target(of: chat)
        let id = chat.id.conversation.map { "  #\($0)" } ?? ""
        let open = chat.mode == .open ? " (open: the server can read it\(chat.isOver ? "; it is over" : ""))" : ""
        var last = ""
        if let line = chat.last {
            last = "  \(Output.text(of: line, with: await other(line, session.account)))"
        }
        return "\(target.name)\(id)\(open)\(last)"
    }

    static let chatShow = SottoCommand(
        "chat show", words: [.chat],
        "Say what a chat is: who can read it, who is in it, and whether its keys were compared.",
        details: "Who is in an open conversation is shown as far as this device knows; sotto group members asks.",
        examples: ["sotto chat show @bob", "sotto chat show Town"]
    ) { (session) in
        let (account, output) = (session.account, session.output)
        let target = try await ChatTarget.find(try session.typed.word(0), in: account, telling: output)
        guard let chat = try await account.chats.chat(try target.known()) else { throw SottoError.noSuchChat }
        output.print(.chat, ChatRecord(chat))
        output.say("chat      \(target.name)")
        output.say("id        \(chat.id)")
        if let handle = target.handle {
            output.say("mode      sealed: only the two of you can read it")
            let verification = try await account.safety.verification(of: handle)
            let keys = verification == .unverified ? "not compared: sotto people verify \(target.word)" : "compared"
            output.say("keys      \(keys)")
        } else {
            output.say("mode      open: the server can read it")
            output.say("kind      \(chat.kind.rawValue)\(chat.isOver ? ", over" : "")")
            if let role = chat.role { output.say("you       \(role.rawValue)") }
            output.say("followed  \(chat.isFollowed ? "yes" : "no")")
        }
        output.say("activity  \(Output.time(Timestamp(chat.activity)))")
        guard let conversation = chat.id.conversation, !chat.isOver else { return }
        // At once, also without the server.
        let members = await account.chats.memberList(of: conversation).first { (_) in true } ?? []
        show(members, of: conversation, after: "member    ", output)
        if members.isEmpty { output.progress("Who is in it: sotto group members \(target.word).") }
    }

    static let chatHistory = SottoCommand(
        "chat history", short: "history", words: [.chat],
        options: [
            .init(name: "--before", value: "NUMBER", help: "Only lines before that one."),
            .init(name: "--limit", value: "N", help: "How many at most; 50."),
        ],
        "Print the newest lines of a chat, each with the number that other commands take.",
        details: "Of a sealed chat this device keeps everything; of an open one what is not here is fetched.",
        examples: ["sotto history @bob", "sotto history @bob --limit 2 --before 4"]
    ) { (session) in
        let (account, output) = (session.account, session.output)
        let before = try session.typed.number("--before").map { SequenceNumber($0) }
        let limit = try session.typed.number("--limit") ?? 50
        let target = try await ChatTarget.find(try session.typed.word(0), in: account, telling: output)
        guard let chat = target.id else {
            // Whoever mistypes a handle must not take it for somebody who never wrote.
            return output.note("This device keeps nothing that was said with \(target.name).")
        }
        var isEmpty = true
        try await lines(of: chat, before: before, limit: limit, account, telling: output) { (line) in
            await output.line(line, of: account)
            isEmpty = false
        }
        if isEmpty { output.progress("Nothing was said there\(before == nil ? " yet" : " before that").") }
    }

    /// Shows the newest lines before a number, oldest first, however many they are: the library gives out a thousand at
    /// once, and little more is held at a time. Where earlier ones cannot be fetched now, the others are shown.
    private static func lines(
        of chat: ChatID, before number: SequenceNumber?, limit: UInt64, _ account: Account, telling output: Output,
        _ show: (Line) async -> Void
    ) async throws {
        let pageCount = 1_000
        var pages: [(before: SequenceNumber?, count: Int)] = []
        var (end, rest) = (number, limit)
        var only: [Line] = []
        while rest > 0, end ?? 2 > 1 {
            let count = min(pageCount, Int(clamping: rest))
            let page: [Line]
            do throws(SottoError) {
                page = try await account.chats.lines(of: chat, before: end, limit: count)
            } catch {
                guard !pages.isEmpty else { throw error }
                Output.complain("Not all of it is here: what is earlier is missing, and perhaps what is newest.")
                output.failure(error, exit: nil)
                break
            }
            guard let first = page.first else { break }
            only = pages.isEmpty ? page : []
            pages.append((end, page.count))
            (end, rest) = (first.number, rest - UInt64(page.count))
        }
        for page in pages.reversed() {
            let again = try await only.isEmpty
                ? account.chats.lines(of: chat, before: page.before, limit: page.count) : only
            for line in again { await show(line) }
        }
    }

    /// The line that two words name: a chat, and a number as `history` shows it.
    static func line(
        _ session: CommandSession
    ) async throws -> (target: ChatTarget, id: LineID, number: SequenceNumber) {
        let number = try session.typed.lineNumber(at: 1)
        let target = try await ChatTarget.find(try session.typed.word(0), in: session.account, telling: session.output)
        guard let chat = target.id else { throw SottoError.noSuchMessage }
        return (target, LineID(chat, number: number), number)
    }

    /// The handle of the other side of a line's chat, where it is known; in an open conversation of its author.
    static func other(_ line: Line, _ account: Account) async -> Handle? {
        if case .conversation = line.id.chat { return try? await account.people.knownHandle(of: line.author.account) }
        return (try? await account.chats.chat(line.id.chat))?.handle
    }
}
