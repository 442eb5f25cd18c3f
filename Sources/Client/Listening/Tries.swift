import Wire

/// Tries to hear a server, one after the other.
///
/// One was of use where the queue was read to its end, or brought something that was never acknowledged before. That a
/// socket opens, or that the server says hello, is nothing yet.
struct Tries {
    private var backoff = Backoff()
    private var failedCount = 0
    private var acknowledged: QueueNumber?
    /// Why the last one was of no use.
    private(set) var lastFailure: ClientError?

    /// Whether who waits for the queue's end has waited long enough.
    var areUp: Bool { failedCount >= ClientLimits.connectTriesMax }

    /// The queue was acknowledged up to a number, or nothing of it.
    /// - Returns: whether something of it was new.
    @discardableResult
    mutating func acknowledged(_ number: QueueNumber?) -> Bool {
        guard let number, number > acknowledged ?? QueueNumber(0) else { return false }
        acknowledged = number
        succeeded()
        return true
    }

    mutating func succeeded() {
        failedCount = 0
        lastFailure = nil
        backoff.succeeded()
    }

    mutating func failed(_ reason: ClientError) {
        failedCount += 1
        lastFailure = reason
    }

    /// Milliseconds before the next one.
    /// - Parameters:
    ///   - chance: from 0 up to 1.
    ///   - wish: what the server asked for, which is followed within bounds.
    ///   - isSomebodyStaying: whether somebody listens beyond the queue's end.
    mutating func pause(chance: Double, wish: UInt64, _ isSomebodyStaying: Bool) -> UInt64 {
        let most = isSomebodyStaying
            ? ClientLimits.reconnectMillisecondsMax : ClientLimits.reconnectUntilIdleMillisecondsMax
        return backoff.next(chance: chance, atLeast: min(wish, most))
    }
}
