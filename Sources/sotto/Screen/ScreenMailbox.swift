import Client
import Threads

/// What the account tells the screen. The newest of each kind alone is kept, so that neither waits for the other and
/// nothing grows.
final class ScreenMailbox: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.

    /// Files whose progress is shown at once.
    private static let progressMax = 8

    private let lock = Lock()
    private let wake: ScreenWake
    private var news: ScreenNews?
    private var progress: [String: FileProgress] = [:]

    init(waking wake: ScreenWake) { self.wake = wake }

    /// From any thread.
    func post(_ change: (inout ScreenNews) -> Void) {
        let isFirst = lock.withLock {
            let isFirst = news == nil
            var posted = news ?? ScreenNews()
            change(&posted)
            news = posted
            return isFirst
        }
        if isFirst { wake.wake() }
    }

    /// How far a file is, by what it is called; `nil` once it is over.
    func post(_ done: FileProgress?, of name: String) {
        let all = lock.withLock {
            let isNew = progress[name] == nil
            if !isNew || progress.count < Self.progressMax { progress[name] = done }
            return progress
        }
        post { $0.progress = all }
    }

    /// What was posted since it was last asked.
    func take() -> ScreenNews? {
        lock.withLock {
            defer { news = nil }
            return news
        }
    }
}
