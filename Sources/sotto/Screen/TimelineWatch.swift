import Client
import Synchronization

/// One chat that is shown, until another one is.
final class TimelineWatch: Sendable {
    let chat: ChatID
    private let account: Account
    private let mailbox: ScreenMailbox
    private let timeline = Mutex<Timeline?>(nil)
    private let watching = Mutex(State.waiting)

    private enum State {
        case waiting
        case running(Task<Void, Never>)
        case over
    }

    init(_ chat: ChatID, _ account: Account, _ mailbox: ScreenMailbox) {
        self.chat = chat
        self.account = account
        self.mailbox = mailbox
    }

    /// Tells what there is to see until ``end()``.
    func run() async {
        let task = watching.withLock { (state) -> Task<Void, Never>? in
            guard case .waiting = state else { return nil }
            let task = Task { await watch() }
            state = .running(task)
            return task
        }
        await withTaskCancellationHandler {
            await task?.value
        } onCancel: {
            end()
        }
    }

    /// Tells nothing any more once this returns.
    func end() {
        watching.withLock { (state) in
            if case .running(let task) = state { task.cancel() }
            state = .over
        }
    }

    private func tell(_ snapshot: Timeline.Snapshot) {
        // Another chat may be shown by now, whose lines these are not to push away.
        watching.withLock { (state) in
            guard case .running = state else { return }
            mailbox.post { $0.timeline = ShownTimeline(chat: chat, snapshot: snapshot) }
        }
    }

    private func watch() async {
        do throws(SottoError) {
            let opened = try await account.chats.timeline(of: chat, count: ChatDesk.pageCount)
            timeline.withLock { $0 = opened }
            for await update in opened.updates { tell(update.snapshot) }
        } catch {
            mailbox.tell(error)
        }
    }

    /// Grows to one of both sides.
    func load(older isOlder: Bool) async {
        guard let timeline = timeline.withLock({ $0 }) else { return mailbox.post { $0.isLoaded = true } }
        do throws(SottoError) {
            if isOlder {
                try await timeline.loadOlder(ChatDesk.pageCount)
            } else {
                try await timeline.loadNewer(ChatDesk.pageCount)
            }
        } catch {
            mailbox.tell(error)
        }
        mailbox.post { $0.isLoaded = true }
    }
}
