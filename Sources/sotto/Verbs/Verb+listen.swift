import Client
import Wire

extension Verb {
    static let listen = Verb(
        "listen", .messages, usage: "listen [--until-idle] [--count N]",
        "Print what comes, until interrupted; first how much is unread in open conversations.", words: 0...0,
        options: [
            .init(name: "--until-idle", help: "End when everything that waited has come."),
            .init(name: "--count", value: "N", help: "End after so many messages."),
        ]
    ) { (client, arguments, output) in
        let countMax = try arguments.number("--count")
        let untilIdle = arguments.switches.contains("--until-idle")
        guard try await client.whoami() != nil else { throw SottoError.notRegistered }
        var count: UInt64 = 0
        var unread: [ConversationID: UInt64] = [:]
        for await event in await client.events(untilIdle: untilIdle) {
            await tell(event, client, output)
            switch event {
            case .connected: unread = await tellUnread(since: unread, client, output)
            case .message, .unreadable: count += 1
            case .ended(let error): throw error
            default: break
            }
            if let countMax, count >= countMax { break }
        }
    }

    /// Says of each open conversation how much is unread there, by the server's word: what was posted while nobody
    /// listened is not told otherwise, unless it is followed.
    /// - Parameter before: what was said so at an earlier connect.
    /// - Returns: the same of now; `before` where the server could not be asked.
    private static func tellUnread(
        since before: [ConversationID: UInt64], _ client: Account, _ output: Output
    ) async -> [ConversationID: UInt64] {
        guard let listing = try? await client.chats.conversations() else { return before }
        var unread: [ConversationID: UInt64] = [:]
        for view in listing.items where view.mode == .open && view.unread > 0 {
            unread[view.conversation] = view.unread
            guard before[view.conversation] != view.unread else { continue }
            output.object("unread") { (writer) in
                writer.put("conversation", view.conversation)
                writer.put("name", text: view.title)
                writer.put("unread", number: view.unread)
                writer.put("head", view.head)
            }
            let name = view.title.map { Output.oneLine($0) } ?? "\(view.conversation)"
            output.say("[\(name)] \(view.unread) unread: sotto history --conversation \(view.conversation)")
        }
        return unread
    }

    /// Prints an event.
    /// - Parameter namesPlaces: whether it says in which open conversation something was said.
    static func tell(
        _ event: SottoEvent, _ client: Account, _ output: Output, namesPlaces: Bool = true
    ) async {
        switch event {
        case .connected:
            Silence.end()
            output.object("connected") { _ in }
            output.progress("Connected.")
        case .disconnected(let wait):
            Silence.end()
            output.object("disconnected") { $0.put("retryMs", number: milliseconds(wait)) }
            output.progress("Not connected; trying again in \((milliseconds(wait) + 999) / 1000) s.")
        case .idle:
            output.object("idle") { _ in }
        case .message(let line), .unreadable(let line), .change(let line):
            let place = namesPlaces ? await place(of: line, client) : nil
            output.line(line, with: await other(line, client), in: place)
        case .removed(let line):
            let handle = await other(line, client)
            output.object("removed") { Output.write(line, with: handle, to: &$0) }
            // What has disappeared leaves no line, here neither.
            if line.removal == .deleted { output.say(Output.text(of: line, with: handle)) }
        case .passedOver(let chat, let number):
            output.object("passedOver") { (writer) in
                writer.put("chat", chat)
                writer.put("number", number: number)
            }
            output.progress(
                "More was posted than this connection could take: read it with sotto chat --conversation ID.")
        case .devicesChanged(let epoch):
            output.object("devicesChanged") { $0.put("epoch", number: epoch) }
            output.progress("The list of this account's devices has changed (epoch \(epoch)).")
        case .unseenOwnList(let epoch):
            output.object("unseenOwnList") { $0.put("epoch", number: epoch) }
            Output.complain(
                "The key log has a list of your devices (epoch \(epoch)) that this device never saw. "
                    + "If you changed your devices elsewhere, that was it; if not, ask who runs the server.")
        case .foreignOwnList(let epoch):
            output.object("foreignOwnList") { $0.put("epoch", number: epoch) }
            Output.complain(
                "The key log has another list of your devices (epoch \(epoch)) than yours: "
                    + "the server shows others false keys for you. Compare safety numbers.")
        case .keysUploaded(let count):
            output.object("keysUploaded") { $0.put("count", number: UInt64(count)) }
        case .senderShown(let account, let reason):
            output.object("senderShown") { (writer) in
                writer.put("to", account)
                writer.put("reason", text: reason.rawValue)
            }
            if let notice = Output.notice(reason) { Output.complain(notice) }
        case .missed:
            output.object("missed") { _ in }
            output.progress("More came than this program could print: read it with sotto history.")
        case .trouble(let error) where error.code == .untrustedLog:
            output.failure(error)
        case .trouble(let error), .ended(let error):
            output.progress("sotto: \(Output.harmless(error.description))")
        }
    }

    private static func milliseconds(_ wait: Duration) -> UInt64 { UInt64(max(wait / .milliseconds(1), 0)) }

    /// What the open conversation of a line is called; `nil` for what is sealed.
    private static func place(of line: Line, _ client: Account) async -> String? {
        guard case .conversation(let id) = line.id.chat else { return nil }
        let name = (try? await client.chats.chat(line.id.chat))?.name
        return name.map { Output.oneLine($0) } ?? id.description
    }
}
