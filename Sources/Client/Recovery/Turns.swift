/// Lets one call at a time through, though each waits for the server in between. Belongs to one actor.
struct Turns {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Takes the turn; `false` while another call has it.
    mutating func begin() -> Bool {
        guard !isTaken else { return false }
        isTaken = true
        return true
    }

    /// Resumes this one when the turn ends. Whoever was resumed tries again.
    mutating func wait(_ continuation: CheckedContinuation<Void, Never>) {
        guard isTaken else { return continuation.resume() }
        waiting.append(continuation)
    }

    /// Gives the turn back.
    mutating func end() {
        isTaken = false
        let resumed = waiting
        waiting = []
        for continuation in resumed { continuation.resume() }
    }
}
