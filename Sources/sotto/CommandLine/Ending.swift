import Synchronization

/// That the work is to end early: told before there is any, or while it goes on.
final class Ending: Sendable {
    private struct State {
        var isWanted = false
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// The work ends, now or once it begins.
    func begin() {
        state.withLock { (state) in
            state.isWanted = true
            state.cancel?()
        }
    }

    /// What is to end.
    func cancels<Value>(_ task: Task<Value, any Error>) {
        state.withLock { (state) in
            state.cancel = { task.cancel() }
            if state.isWanted { task.cancel() }
        }
    }
}
