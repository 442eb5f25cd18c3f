import Client
import Glibc
import Synchronization
import Threads

/// `sotto chat` where a terminal is there: chats on the left, the lines of one on the right, and a place to write.
enum ChatScreen {
    /// Whether there is a terminal for it, and nobody wants lines alone, as for a screen reader.
    /// - Parameter isPlain: the command line asks for lines.
    static func isPossible(isPlain: Bool) -> Bool {
        !isPlain && CursesScreen.isPossible
    }

    /// Shows it until the user leaves, or listening cannot go on. The terminal is as it was when this returns or
    /// throws.
    /// - Parameter chat: what is shown first; `nil` for the newest one.
    /// - Throws: why listening ended; ``EndedBySignal`` where a signal ended all of it.
    static func run(_ account: Account, at chat: ChatID? = nil) async throws {
        do {
            try await runUntilLeft(account, at: chat)
        } catch {
            throw Interrupts.heard ?? error
        }
        if let signalled = Interrupts.heard { throw signalled }
    }

    private static func runUntilLeft(_ account: Account, at chat: ChatID?) async throws {
        guard let own = try await account.whoami() else { throw SottoError.notRegistered }
        // From here on the screen says how it stands with the server.
        Silence.end()
        let mailbox = ScreenMailbox(waking: ScreenSignals.wake)
        // Nobody enters as much as this before something of it is begun.
        let (actions, continuation) = AsyncStream<ScreenAction>.makeStream(bufferingPolicy: .bufferingOldest(64))
        let loop = ScreenLoop(own: own, chat: chat, mailbox: mailbox, actions: continuation)
        try await withThrowingTaskGroup(of: Void.self) { (group) in
            group.addTask { try await show(loop) }
            group.addTask { try await listen(account, mailbox) }
            group.addTask { await ChatDesk(account: account, mailbox: mailbox).perform(actions) }
            watch(account, mailbox, &group)
            defer { group.cancelAll() }
            // Whichever ends first ends the others; the screen, too, is gone before this is left.
            _ = try await group.next()
        }
    }

    /// Has the screen on a thread of its own.
    private static func show(_ loop: ScreenLoop) async throws {
        let wasPossible = await withTaskCancellationHandler {
            await handedOver { (handover) in
                WorkerThread.start("screen") { handover.resume(returning: loop.run()) }
            }
        } onCancel: {
            loop.mailbox.post { $0.isOver = true }
        }
        guard wasPossible else {
            throw UsageError(message: "This terminal shows no full screen: sotto chat HANDLE --plain.")
        }
    }

    /// What is heard fills the chats, which the screen watches; what is beside them is told.
    private static func listen(_ account: Account, _ mailbox: ScreenMailbox) async throws {
        for await event in await account.events() {
            switch event {
            case .unseenOwnList:
                mailbox.post { (news) in
                    news.notice = .warning(
                        "The key log has a list of your devices that this device never saw. If you changed your "
                            + "devices elsewhere, that was it; if not, ask who runs the server.")
                }
            case .foreignOwnList:
                mailbox.post { (news) in
                    news.notice = .warning(
                        "The key log has another list of your devices than yours: the server shows others false "
                            + "keys for you. Compare safety numbers.")
                }
            case .senderShown(_, let reason):
                if let notice = Output.notice(reason) { mailbox.post { $0.notice = .said(notice) } }
            case .trouble(let error): mailbox.tell(error)
            case .ended(let error): throw error
            case .connected, .disconnected, .idle, .message, .unreadable, .removed, .change, .passedOver,
                .devicesChanged, .keysUploaded, .missed:
                // Seen in what the screen watches.
                continue
            }
        }
    }

    private static func watch(
        _ account: Account, _ mailbox: ScreenMailbox, _ group: inout ThrowingTaskGroup<Void, any Error>
    ) {
        group.addTask {
            for await chats in account.chats.list { mailbox.post { $0.chats = ShownChats(chats) } }
        }
        group.addTask {
            for await people in account.people.list {
                let known = Dictionary(people.map { ($0.account, $0) }, uniquingKeysWith: { (first, _) in first })
                mailbox.post { $0.people = known }
            }
        }
        group.addTask {
            for await state in account.connection { mailbox.post { $0.connection = state } }
        }
        let names = FileNames()
        group.addTask {
            await account.outbox.watchFiles { (line, progress) in
                let isDone = progress.doneByteCount >= progress.byteCount
                if let name = names.name(of: line) { mailbox.post(isDone ? nil : progress, of: name) }
            }
            for await lines in account.outbox.waiting {
                names.set(lines)
                mailbox.post { $0.waitingCount = lines.count }
            }
        }
    }

    /// What the files that wait are called.
    private final class FileNames: Sendable {
        private let names = Mutex<[LineID: String]>([:])

        func set(_ lines: [Line]) {
            let pairs = lines.compactMap { (line) in line.file.map { (line.id, $0.name ?? "file") } }
            names.withLock { $0 = Dictionary(pairs, uniquingKeysWith: { (first, _) in first }) }
        }

        func name(of line: LineID) -> String? { names.withLock { $0[line] } }
    }
}
