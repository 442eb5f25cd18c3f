public import Wire

/// Decides what one connected device is sent next, so that it sees every envelope of its queue once and in order.
///
/// The store is the truth and a live envelope only a hint: the one after the last written goes out at once, an older
/// one is dropped, and a gap is read from the store. While reading, live envelopes only move the goal: whether a page
/// that was asked for before has them is up to chance.
///
/// ```
///            page ends at the goal
///  reading ─────────────────────────▶ live
///     ▲                                │
///     └────────────────────────────────┘
///            a live envelope leaves a gap, or comes when the device does not keep up
/// ```
public struct DeliveryCursor: Sendable {
    /// What to do next.
    public enum Action: Equatable, Sendable {
        case write
        case ignore
        /// Read a page of the queue after this number and report it with ``read(through:isEnd:)``.
        case read(after: QueueNumber)
        /// Everything was written up to this number; what follows is live.
        case caughtUp(QueueNumber)
    }

    private enum State: Sendable {
        /// A page was asked for when the queue was known to reach up to `asked`; since then it has come to `goal`.
        case reading(asked: QueueNumber, goal: QueueNumber)
        case live
    }

    /// The last number that was written to the device.
    public private(set) var last: QueueNumber
    private var state: State

    /// Starts behind: everything after `last` up to `head` waits in the store.
    public init(last: QueueNumber, head: QueueNumber) {
        self.last = last
        self.state = .reading(asked: max(last, head), goal: max(last, head))
    }

    /// The first thing to do after a connect.
    public func start() -> Action {
        switch state {
        case .reading: .read(after: last)
        case .live: .ignore
        }
    }

    /// An envelope was committed while the device is connected.
    /// - Parameter isBehind: the device does not keep up: it is read for it later, as if there were a gap before it.
    public mutating func offered(_ number: QueueNumber, isBehind: Bool = false) -> Action {
        guard number > last else { return .ignore }
        switch state {
        case .reading(let asked, let goal):
            state = .reading(asked: asked, goal: max(goal, number))
            return .ignore
        case .live:
            if number.rawValue == last.rawValue + 1 && !isBehind {
                last = number
                return .write
            }
            state = .reading(asked: number, goal: number)
            return .read(after: last)
        }
    }

    /// A page was read and written.
    /// - Parameters:
    ///   - number: the last number of the page; `nil` when the page was empty.
    ///   - isEnd: the store had no more at the time of reading.
    public mutating func read(through number: QueueNumber?, isEnd: Bool) -> Action {
        if let number { last = max(last, number) }
        switch state {
        case .live:
            return .ignore
        case .reading(let asked, let goal):
            // Numbers at the end whose envelopes expired or were removed: there is nothing left to wait for. Of what
            // was committed after the page was asked for, an empty one says nothing.
            if number == nil && isEnd { last = max(last, asked) }
            if last >= goal {
                state = .live
                return .caughtUp(last)
            }
            state = .reading(asked: goal, goal: goal)
            return .read(after: last)
        }
    }
}
