import Threads
import Wire

/// Who waits for which send, while one caller works through the outbox for all.
struct OutboxRun {
    private(set) var isRunning = false
    /// Why nothing more went out in the last run, where that does not pass by itself.
    private(set) var failure: ClientError?
    /// The numbers of what waits, oldest first; `nil` until the store was asked.
    private(set) var pending: [UInt64]?
    /// Chats that a send was put off for: what comes after it waits too, to stay in order.
    private var heldChats: Set<ChatID> = []
    /// What this run leaves to a later one.
    private var heldNumbers: Set<UInt64> = []
    /// When the server wants to be asked again, at the earliest, for what is held; `nil` where it did not say.
    private(set) var retrySeconds: UInt64?
    /// Sends that somebody waits for.
    private var awaited: Set<ClientID> = []
    private var outcomes: [ClientID: Result<Void, ClientError>] = [:]
    /// Opens with the next outcome, or the run's end.
    private(set) var news = Latch()

    mutating func load(_ numbers: [UInt64]) { pending = numbers.sorted() }

    /// The next run asks the store again: what was taken out may be there after all.
    mutating func reload() { pending = nil }
    mutating func added(_ number: UInt64) { pending?.append(number) }
    mutating func removed(_ number: UInt64) { pending?.removeAll { $0 == number } }

    /// Everything that waits is tried once.
    mutating func begin() {
        isRunning = true
        heldChats = []
        heldNumbers = []
        retrySeconds = nil
        failure = nil
    }

    /// - Parameter error: why nothing more goes out, where that does not pass by itself.
    mutating func end(_ error: ClientError?) {
        isRunning = false
        failure = error
        postpone(error)
    }

    /// The oldest that this run has not put off.
    var next: UInt64? { pending?.first { !heldNumbers.contains($0) } }

    func isHeld(_ item: OutboxItem) -> Bool { heldChats.contains(item.chat) }

    /// Leaves an item, and what comes after it for the same chat, to a later run.
    /// - Parameter seconds: what the server asked for.
    mutating func hold(_ number: UInt64, _ item: OutboxItem, retryAfterSeconds seconds: UInt64?) {
        heldChats.insert(item.chat)
        heldNumbers.insert(number)
        if let seconds { retrySeconds = min(retrySeconds ?? seconds, seconds) }
        settle(item.clientID, .failure(.queued(item.clientID)))
    }

    mutating func await(_ clientID: ClientID) { awaited.insert(clientID) }

    /// Nobody waits for it any more.
    mutating func forget(_ clientID: ClientID) { awaited.remove(clientID) }

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

    private mutating func wake() {
        news.open()
        news = Latch()
    }
}
