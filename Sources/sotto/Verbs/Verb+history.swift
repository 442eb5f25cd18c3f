import Client
import Wire

/// What this device keeps of its chats.
extension Verb {
    static let chats = Verb(
        "chats", .messages, usage: "chats",
        "List the chats that this device keeps, the latest first, open ones with their ids.", words: 0...0
    ) { (client, _, output) in
        for chat in try await client.chats.all() {
            output.object("chat") { (writer) in
                writer.put("chat", chat.id)
                writer.put("handle", chat.handle)
                writer.put("mode", text: chat.mode.rawValue)
                writer.put("kind", chat.kind)
                writer.put("name", text: chat.name)
                writer.put("role", chat.role)
                writer.put("over", flag: chat.isOver)
                writer.put("followed", flag: chat.isFollowed)
                writer.put("activity", Timestamp(chat.activity))
            }
            let name = chat.handle?.text ?? chat.name.map { Output.oneLine($0) }
            // As other verbs take it.
            let title = [chat.id.conversation?.description, name].compactMap(\.self).joined(separator: "  ")
            let open = chat.mode == .open ? " (open: the server can read it\(chat.isOver ? "; it is over" : ""))" : ""
            var last = ""
            if let line = chat.last { last = "  \(Output.text(of: line, with: await other(line, client)))" }
            output.say("\(title.isEmpty ? chat.id.description : title)\(open)\(last)")
        }
    }

    static let history = Verb(
        "history", .messages, usage: "history HANDLE | history --conversation ID [--before NUMBER] [--limit N]",
        "Print the newest lines of a chat that this device keeps, with their numbers.", words: 0...1,
        options: [
            .init(name: "--before", value: "NUMBER", help: "Only lines before that one."),
            .init(name: "--limit", value: "N", help: "How many at most; 50."),
            .init(name: "--conversation", value: "ID", help: "Of that open conversation."),
        ]
    ) { (client, arguments, output) in
        let before = try arguments.number("--before")
        let limit = try arguments.number("--limit") ?? 50
        if let conversation = try conversation(arguments) {
            guard arguments.words.isEmpty else { throw arguments.misused }
            return try await lines(of: .conversation(conversation), before: before, limit: limit, client) { (line) in
                output.line(line, with: await other(line, client))
            }
        }
        guard let word = arguments.words.first else { throw arguments.misused }
        let handle = try handle(word)
        guard let chat = try await client.chats.chat(with: handle) else {
            return output.progress("This device keeps nothing that was said with \(handle).")
        }
        try await lines(of: chat, before: before, limit: limit, client) { (line) in
            output.object(line.event) { Output.write(line, with: handle, to: &$0) }
            output.say("\(line.number)  \(Output.text(of: line, with: handle))")
        }
    }

    /// Shows the newest lines before a number, oldest first, however many they are: the library gives out a thousand at
    /// once, and little more is held at a time. Where earlier ones cannot be fetched now, the others are shown.
    private static func lines(
        of chat: ChatID, before number: UInt64?, limit: UInt64, _ client: Account, _ show: (Line) async -> Void
    ) async throws {
        let pageCount = 1_000
        var pages: [(before: UInt64?, count: Int)] = []
        var (end, rest) = (number, limit)
        var only: [Line] = []
        while rest > 0, end ?? 2 > 1 {
            let count = min(pageCount, Int(clamping: rest))
            let page: [Line]
            do throws(SottoError) {
                page = try await client.chats.lines(of: chat, before: end, limit: count)
            } catch {
                guard !pages.isEmpty else { throw error }
                Output.complain("No earlier lines: \(Output.harmless(error.description))")
                break
            }
            guard let first = page.first else { break }
            only = pages.isEmpty ? page : []
            pages.append((end, page.count))
            (end, rest) = (first.number, rest - UInt64(page.count))
        }
        for page in pages.reversed() {
            let again = try await only.isEmpty
                ? client.chats.lines(of: chat, before: page.before, limit: page.count) : only
            for line in again { await show(line) }
        }
    }

    static let report = Verb(
        "report", .messages, usage: "report HANDLE NUMBER",
        "Show one message that came to whoever runs the server; NUMBER as `history` shows it.", words: 2...2
    ) { (client, arguments, output) in
        let receipt = try await client.safety.report(message: try await line(arguments.words[...], client))
        output.object("reported") { receipt.write(fields: &$0) }
        output.say("Reported. Whoever runs the server can read this message now, and no other.")
    }

    /// The line that two words name: a handle, and a number as `history` shows it.
    static func line(_ words: ArraySlice<String>, _ client: Account) async throws -> LineID {
        guard words.count == 2, let word = words.first, let number = words.last.flatMap({ UInt64($0) }) else {
            throw UsageError(message: "A message is named by a handle and its number, as sotto history shows it.")
        }
        guard let chat = try await client.chats.chat(with: try handle(word)) else { throw SottoError.noSuchMessage }
        return LineID(chat, number: number)
    }

    /// The handle of the other side of a line's chat, where it is known; in an open conversation of its author.
    static func other(_ line: Line, _ client: Account) async -> Handle? {
        if case .conversation = line.id.chat { return try? await client.people.knownHandle(of: line.author.account) }
        return (try? await client.chats.chat(line.id.chat))?.handle
    }
}
