/// Who hears what a client tells. Belongs to the owner.
final class EventListeners {
    private struct Listener {
        let events: AsyncStream<SottoEvent>.Continuation
        /// Ends when everything that waited has come.
        let untilIdle: Bool
        /// Events were dropped that it does not know of yet.
        var hasMissed = false
    }

    private var listeners: [UInt64: Listener] = [:]
    private var count: UInt64 = 0

    var isEmpty: Bool { listeners.isEmpty }

    /// Whether somebody listens beyond the queue's end.
    var isSomebodyStaying: Bool { listeners.values.contains { !$0.untilIdle } }

    /// - Parameter ended: called, from any thread, when this listener is gone; it is to lead to ``remove(_:)``.
    func add(untilIdle: Bool, ended: @escaping @Sendable (_ listener: UInt64) -> Void) -> AsyncStream<SottoEvent> {
        let (stream, events) = AsyncStream<SottoEvent>.makeStream(
            bufferingPolicy: .bufferingNewest(ClientLimits.eventsKeptMax))
        count += 1
        let number = count
        events.onTermination = { (_) in ended(number) }
        listeners[number] = Listener(events: events, untilIdle: untilIdle)
        return stream
    }

    func remove(_ listener: UInt64) { listeners[listener] = nil }

    func tell(_ event: SottoEvent) {
        for number in listeners.keys { tell(event, number) }
    }

    private func tell(_ event: SottoEvent, _ number: UInt64) {
        guard let listener = listeners[number] else { return }
        switch listener.events.yield(event) {
        case .dropped: listeners[number]?.hasMissed = true
        case .enqueued(remaining: let room) where listener.hasMissed && room > 0:
            listeners[number]?.hasMissed = false
            listener.events.yield(.missed)
        default: break
        }
    }

    /// Everything that waited has come.
    func idle() { end(only: { $0.untilIdle }) }

    /// The server cannot be reached, as it seems.
    func giveUp(_ error: ClientError) {
        for (number, listener) in listeners where listener.untilIdle { tell(.ended(SottoError(error)), number) }
        idle()
    }

    func finish() { end(only: { (_) in true }) }

    private func end(only isDue: (Listener) -> Bool) {
        for (number, listener) in listeners where isDue(listener) {
            listeners[number] = nil
            listener.events.finish()
        }
    }
}
