import Client
import Wire

extension SottoCommand {
    static let chatListen = SottoCommand(
        "chat listen", short: "listen",
        options: [
            .init(name: "--until-idle", help: "End when everything that waited has come."),
            .init(name: "--count", value: "N", help: "End after so many messages."),
        ],
        "Print what comes, until interrupted; first how much is unread in open conversations.",
        details: "Of open conversations it prints what is posted while it is connected, and what was missed in those "
            + "that are followed. --until-idle ends with status 1 after five tries in a row that brought nothing.",
        examples: ["sotto listen --until-idle --data ./bob"]
    ) { (session) in
        let (client, output) = (session.account, session.output)
        let countMax = try session.typed.number("--count")
        let untilIdle = session.typed.has("--until-idle")
        guard try await client.whoami() != nil else { throw SottoError.notRegistered }
        var count: UInt64 = 0
        // Beside what comes: a connection that breaks just then would hold all of that up.
        let (connects, connected) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        async let unreadIsTold: Void = tellUnread(at: connects, client, output)
        for await event in await client.events(untilIdle: untilIdle) {
            await tell(event, client, output)
            switch event {
            case .connected: connected.yield()
            case .message, .unreadable: count += 1
            case .ended(let error): throw error
            default: break
            }
            if let countMax, count >= countMax { break }
        }
        connected.finish()
        await unreadIsTold
    }

    /// Says at each connect how much is unread, one after the other, until there are no more.
    private static func tellUnread(at connects: AsyncStream<Void>, _ client: Account, _ output: Output) async {
        var told: [ConversationID: UInt64] = [:]
        for await _ in connects { told = await tellUnread(since: told, client, output) }
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
            output.print(.unread, UnreadRecord(view))
            let name = ChatTarget.name(view.title, of: .conversation(view.conversation))
            output.say(line: "[\(name)] \(view.unread) unread: sotto history '#\(view.conversation)'")
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
            output.print(.connected)
            output.progress("Connected.")
        case .disconnected(let wait):
            Silence.end()
            output.print(.disconnected, DisconnectedRecord(retryAfter: wait))
            output.progress("Not connected; trying again in \((milliseconds(wait) + 999) / 1000) s.")
        case .idle:
            output.print(.idle)
        case .message(let line), .unreadable(let line), .change(let line):
            let place = namesPlaces ? await place(of: line, client) : nil
            await output.line(line, of: client, in: place)
        case .removed(let line):
            let handle = await other(line, client)
            output.print(.removed, LineRecord(line, with: handle))
            // What has disappeared leaves no line, here neither.
            if line.removal == .deleted { output.say(Output.text(of: line, with: handle)) }
        case .passedOver(let chat, let number):
            output.print(.passedOver, PassedOverRecord(chat, through: number))
            output.progress(
                "More was posted than this connection could take: read it with sotto history.")
        case .devicesChanged(let epoch):
            output.print(.devicesChanged, EpochRecord(epoch: epoch))
            output.progress("The list of this account's devices has changed (epoch \(epoch)).")
        case .unseenOwnList(let epoch):
            output.print(.unseenOwnList, EpochRecord(epoch: epoch))
            Output.complain(
                "The key log has a list of your devices (epoch \(epoch)) that this device never saw. "
                    + "If you changed your devices elsewhere, that was it; if not, ask who runs the server.")
        case .foreignOwnList(let epoch):
            output.print(.foreignOwnList, EpochRecord(epoch: epoch))
            Output.complain(
                "The key log has another list of your devices (epoch \(epoch)) than yours: "
                    + "the server shows others false keys for you. Compare safety numbers.")
        case .keysUploaded(let count):
            output.print(.keysUploaded, CountRecord(count))
        case .senderShown(let account, let reason):
            output.print(.senderShown, SenderShownRecord(to: account, reason))
            if let notice = Output.notice(reason) { Output.complain(notice) }
        case .missed:
            output.print(.missed)
            output.progress("More came than this program could print: read it with sotto history.")
        case .trouble(let error) where error.code == .untrustedLog:
            output.failure(error, exit: nil)
        case .trouble(let error), .ended(let error):
            output.progress("sotto: \(Output.harmless(error.description))")
        }
    }

    private static func milliseconds(_ wait: Duration) -> UInt64 { UInt64(max(wait / .milliseconds(1), 0)) }

    /// What the open conversation of a line is called; `nil` for what is sealed.
    private static func place(of line: Line, _ client: Account) async -> String? {
        guard line.id.chat.conversation != nil else { return nil }
        return ChatTarget.name((try? await client.chats.chat(line.id.chat))?.name, of: line.id.chat)
    }
}
