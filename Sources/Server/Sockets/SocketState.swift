import Chat
import Store
import Wire

/// Where a device's socket stands, and what of the device's queue is written to it next. A value without socket and
/// store: ``SocketSession`` does what it says.
///
/// ```
///  arriving ───▶ following ◀──▶ postponed
///     └──────────────┴──────────────┴──────▶ closed
/// ```
enum SocketState: Sendable {
    /// The store is asked where the device stands. Goes to `following` or `closed`.
    case arriving
    /// Hello was said. What is committed goes out, or a page is being read: the cursor knows which. Goes to
    /// `postponed` or `closed`.
    case following(DeliveryCursor)
    /// The next page is read when the socket has drained. Goes to `following` or `closed`.
    case postponed(DeliveryCursor)
    /// The socket has ended. Goes nowhere.
    case closed

    var isArriving: Bool { if case .arriving = self { true } else { false } }

    var isClosed: Bool { if case .closed = self { true } else { false } }

    /// The last number that was written to the device; `nil` before hello and after the end.
    var last: QueueNumber? {
        switch self {
        case .following(let cursor), .postponed(let cursor): cursor.last
        case .arriving, .closed: nil
        }
    }

    /// The switchboard has the device's line; everything committed from here on is offered.
    /// - Returns: what to do after hello; `nil` when there is nobody to say it to.
    mutating func arrived(_ queue: QueueState) -> DeliveryCursor.Action? {
        guard case .arriving = self else { return nil }
        let cursor = DeliveryCursor(last: queue.deliveredThrough, head: queue.head)
        self = .following(cursor)
        return cursor.start()
    }

    /// An envelope was committed for the device.
    mutating func offered(_ number: QueueNumber, isBehind: Bool) -> DeliveryCursor.Action {
        switch self {
        case .following(var cursor):
            let action = cursor.offered(number, isBehind: isBehind)
            self = .following(cursor)
            return action
        case .postponed(var cursor):
            let action = cursor.offered(number, isBehind: isBehind)
            self = .postponed(cursor)
            return action
        case .arriving, .closed: return .ignore
        }
    }

    /// A page was read and written.
    mutating func read(through number: QueueNumber?, isEnd: Bool) -> DeliveryCursor.Action {
        guard case .following(var cursor) = self else { return .ignore }
        let action = cursor.read(through: number, isEnd: isEnd)
        self = .following(cursor)
        return action
    }

    /// There is no room for the page that comes next.
    mutating func postpone() {
        guard case .following(let cursor) = self else { return }
        self = .postponed(cursor)
    }

    /// There is room again.
    /// - Returns: after which number the page begins that was put off.
    mutating func drained() -> QueueNumber? {
        guard case .postponed(let cursor) = self else { return nil }
        self = .following(cursor)
        return cursor.last
    }

    mutating func close() { self = .closed }
}
