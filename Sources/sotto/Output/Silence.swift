import Synchronization

/// Nothing is said for a while. Whoever watches a terminal is told then, once, what is waited for: out of reach of the
/// server a verb asks again for half a minute.
enum Silence {
    private enum State {
        /// Since then.
        case since(ContinuousClock.Instant)
        /// Somebody else has the word: what is typed is waited for.
        case interrupted
        /// What is said from here on tells by itself how it stands with the server.
        case over
    }

    private static let state = Mutex(State.interrupted)

    /// Something was said, or is asked from now on.
    static func begin() {
        state.withLock { (state) in
            if case .over = state { return }
            state = .since(.now)
        }
    }

    /// The user has the word, until ``begin()``.
    static func interrupt() {
        state.withLock { (state) in
            if case .over = state { return }
            state = .interrupted
        }
    }

    /// Nobody is told any more.
    static func end() { state.withLock { $0 = .over } }

    /// Tells once, when nothing was said for so long. Returns then, or when it is over or cancelled.
    static func watch(for patience: Duration, _ output: Output) async {
        begin()
        while true {
            var due = ContinuousClock.now + patience
            switch state.withLock({ $0 }) {
            case .over: return
            case .interrupted: break
            case .since(let time): due = time + patience
            }
            guard due > .now else {
                return output.progress("Still waiting for the server; Ctrl-C ends it.")
            }
            guard (try? await Task.sleep(until: due, clock: .continuous)) != nil else { return }
        }
    }
}
