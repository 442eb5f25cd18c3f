import Wire

/// Who waits for which send, while one caller works through the outbox for all.
struct OutboxRun {
    typealias Waiter = CheckedContinuation<Void, Never>

    var isRunning = false
    /// The numbers of what waits, oldest first; `nil` until the store was asked.
    private(set) var pending: [UInt64]?
    /// Sends that somebody waits for.
    private var awaited: Set<ClientID> = []
    private var outcomes: [ClientID: Result<Void, ClientError>] = [:]
    private var waiters: [Waiter] = []

    mutating func load(_ numbers: [UInt64]) { pending = numbers.sorted() }
    mutating func added(_ number: UInt64) { pending?.append(number) }
    mutating func removed(_ number: UInt64) { pending?.removeAll { $0 == number } }

    mutating func await(_ clientID: ClientID) { awaited.insert(clientID) }

    /// What became of a send, told once.
    mutating func takeOutcome(_ clientID: ClientID) -> Result<Void, ClientError>? {
        guard let outcome = outcomes.removeValue(forKey: clientID) else { return nil }
        awaited.remove(clientID)
        return outcome
    }

    mutating func settle(_ clientID: ClientID, _ outcome: Result<Void, ClientError>) {
        if awaited.contains(clientID) { outcomes[clientID] = outcome }
        wake()
    }

    /// Tells everyone who still waits that it will not be now.
    mutating func postpone(_ error: ClientError?) {
        for clientID in awaited where outcomes[clientID] == nil {
            outcomes[clientID] = .failure(error ?? .queued(clientID))
        }
        wake()
    }

    mutating func wait(_ waiter: Waiter) { waiters.append(waiter) }

    private mutating func wake() {
        let due = waiters
        waiters = []
        for waiter in due { waiter.resume() }
    }
}
