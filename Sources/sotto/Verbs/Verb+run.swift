import Client
import Wire

extension Verb {
    /// Does it. Ends early, with everything saved, when its task is cancelled.
    func run(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        switch self {
        case .register: try await Self.register(client, arguments, output)
        case .login: try await Self.logIn(client, arguments, output)
        case .send: try await Self.send(client, arguments, output)
        case .delete: try await Self.delete(client, arguments, output)
        case .stickers: try await Self.stickers(client, arguments, output)
        case .download: try await Self.download(client, arguments, output)
        case .listen: try await Self.listen(client, arguments, output)
        case .chat: try await ChatVerb(client: client, output: output).run(arguments)
        case .devices: try await Self.devices(client, arguments, output)
        case .avatar: try await Self.avatar(client, arguments, output)
        case .emoji: try await Self.emoji(client, arguments, output)
        case .safetyNumber: try await Self.safetyNumber(client, arguments, output)
        case .history: try await Self.history(client, arguments, output)
        case .report: try await Self.report(client, arguments, output)
        case .trustLog: try await Self.trustLog(client, output)
        // Done by `Main`, which opens no account for them.
        case .media, .auditLog: break
        case .deleteAccount: try await Self.deleteAccount(client, arguments, output)
        case .backup: try await Self.backup(client, arguments, output)
        case .restore: try await Self.restore(client, arguments, output)
        }
    }

    static func handle(_ text: String) throws(UsageError) -> Handle {
        guard let handle = Handle(text: text) else {
            let rule = "3 to 32 of a-z, 0-9, '.', '_', '-', a letter first"
            throw UsageError(message: "“\(Output.harmless(text))” is not a handle: \(rule).")
        }
        return handle
    }

    private static func register(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        let handle = try handle(arguments.words[0])
        output.progress("Making keys …")
        try await client.register(handle: handle, invite: arguments.values["--invite"])
        try await sayWho(client, "registered", output)
    }

    private static func logIn(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        if let text = arguments.words.first {
            guard let reply = LinkReply(text: text) else { throw ClientError.badCode }
            try await client.completeLink(reply)
        } else {
            try await client.logIn()
        }
        try await sayWho(client, "loggedIn", output)
    }

    static func sayWho(_ client: Client, _ event: String, _ output: Output) async throws {
        guard let (handle, address) = try await client.whoami() else { throw ClientError.notRegistered }
        output.object(event) { (writer) in
            writer.put("handle", handle)
            writer.put("account", address.account)
            writer.put("device", address.device)
        }
        output.say("You are \(handle), on device \(address.device).")
    }

    private static func send(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        if let conversation = try conversation(arguments) {
            return try await post(to: conversation, client, arguments, output)
        }
        if arguments.words.isEmpty { return try await sendWaiting(client, arguments, output) }
        let handle = try handle(arguments.words[0])
        if let path = arguments.values["--file"] {
            return try await send(file: path, to: handle, client, arguments, output)
        }
        guard arguments.words.count == 2 else { throw UsageError(message: "Usage: sotto \(Verb.send.usage)") }
        let entry = try await client.send(
            try text(arguments.words[1]), to: handle, expiresIn: try arguments.seconds("--expires"))
        output.accepted(entry)
    }

    /// What a word says; `-` is standard input.
    private static func text(_ word: String) throws -> String {
        word == "-" ? try Input.everything(byteCountMax: 4 * Limits.textLengthMax) : word
    }

    /// `send` to an open conversation, whose server can read it.
    private static func post(
        to conversation: ConversationID, _ client: Client, _ arguments: Arguments, _ output: Output
    ) async throws {
        guard arguments.words.count <= 1 else { throw UsageError(message: "Usage: sotto \(Verb.send.usage)") }
        let said = try arguments.words.first.map { try text($0) } ?? ""
        let expiresIn = try arguments.seconds("--expires")
        let accepted = if let path = arguments.values["--file"] {
            try await client.post(file: path, caption: said, expiresIn: expiresIn, to: conversation) {
                output.progress("Uploaded", $0)
            }
        } else {
            try await client.post(said, expiresIn: expiresIn, to: conversation)
        }
        output.object("posted") { accepted.write(fields: &$0) }
        output.say(accepted.seq.map { "Posted as #\($0)." } ?? "Posted.")
    }

    static func index(_ arguments: Arguments) throws(UsageError) -> UInt64 {
        guard let index = arguments.words.first.flatMap({ UInt64($0) }) else {
            throw UsageError(message: "A message is named by its index, as sotto history --json shows it.")
        }
        return index
    }

    private static func report(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        let receipt = try await client.report(message: try index(arguments))
        output.object("reported") { receipt.write(fields: &$0) }
        output.say("Reported. Whoever runs the server can read this message now, and no other.")
    }

    private static func history(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        let peer = try arguments.values["--with"].map { (text) throws(UsageError) in try handle(text) }
        var index = try arguments.number("--after") ?? 0
        var left = try arguments.number("--limit") ?? 1000
        while left > 0 {
            let page = try await client.history(after: index, limit: 200)
            guard let last = page.last else { return }
            index = last.index
            for entry in page where left > 0 && (peer == nil || entry.peerHandle == peer) {
                output.entry(entry)
                left -= 1
            }
        }
    }
}
