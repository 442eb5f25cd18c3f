import Client
import Wire

/// What this device keeps of its chats.
extension Verb {
    static let chats = Verb(
        "chats", .messages, usage: "chats", "List the chats that this device keeps, the latest first.", words: 0...0
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
                writer.put("activity", Timestamp(chat.activity))
            }
            let title = chat.handle?.text ?? chat.name.map { Output.oneLine($0) } ?? chat.id.description
            let open = chat.mode == .open ? " (open: the server can read it\(chat.isOver ? "; it is over" : ""))" : ""
            var last = ""
            if let line = chat.last { last = "  \(Output.text(of: line, with: await other(line, client)))" }
            output.say("\(title)\(open)\(last)")
        }
    }

    static let history = Verb(
        "history", .messages, usage: "history HANDLE | history --conversation ID [--before NUMBER] [--limit N]",
        "Print the newest lines of a chat that this device keeps, with their numbers.", words: 0...1,
        options: [
            .init(name: "--before", value: "NUMBER", help: "Only lines before that one."),
            .init(name: "--limit", value: "N", help: "At most so many; 50."),
            .init(name: "--conversation", value: "ID", help: "Of that open conversation."),
        ]
    ) { (client, arguments, output) in
        let before = try arguments.number("--before")
        let limit = try arguments.number("--limit") ?? 50
        if let conversation = try conversation(arguments) {
            guard arguments.words.isEmpty else { throw arguments.misused }
            let lines = try await client.chats.lines(
                of: .conversation(conversation), before: before, limit: Int(clamping: limit))
            for line in lines { output.line(line, with: await other(line, client)) }
            return
        }
        guard let word = arguments.words.first else { throw arguments.misused }
        let handle = try handle(word)
        guard let chat = try await client.chats.chat(with: handle) else {
            return output.progress("This device keeps nothing that was said with \(handle).")
        }
        for line in try await client.chats.lines(of: chat, before: before, limit: Int(clamping: limit)) {
            output.object(line.event) { Output.write(line, with: handle, to: &$0) }
            output.say("\(line.number)  \(Output.text(of: line, with: handle))")
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
