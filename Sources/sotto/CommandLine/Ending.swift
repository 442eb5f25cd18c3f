import Synchronization

/// That the work is to end early: told before there is any, or while it goes on.
final class Ending: Sendable {
    private struct State {
        var isWanted = false
        var task: Task<Void, any Error>?
    }

    private let state = Mutex(State())

    /// The work ends, now or once it begins.
    func begin() {
        state.withLock { (state) in
            state.isWanted = true
            state.task?.cancel()
        }
    }

    /// What is to end.
    func cancels(_ task: Task<Void, any Error>) {
        state.withLock { (state) in
            state.task = task
            if state.isWanted { task.cancel() }
        }
    }
}
