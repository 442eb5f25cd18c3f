import Threads
import Wire

/// What is on its way to the loops: handed to one, and not read by it yet.
///
/// A loop that stands still reads nothing, while others go on to write to its devices. Without a bound, all of that
/// would wait in memory. State: guarded by the lock, which is why this is `Sendable`.
final class DispatchRoom: @unchecked Sendable {
    /// Bytes that may wait for one loop, about. Above it no verb runs: the most there are is this and what one batch of
    /// commits adds.
    static let unreadByteCountMax = 32 << 20

    private let lock = Lock()
    private var byteCounts: [Int]

    init(loopCount: Int) { byteCounts = Array(repeating: 0, count: loopCount) }

    /// Whether some loop has too much before it.
    var isFull: Bool { lock.withLock { byteCounts.contains { $0 > Self.unreadByteCountMax } } }

    /// Whether this one has.
    func isFull(_ loopIndex: Int) -> Bool { lock.withLock { byteCounts[loopIndex] > Self.unreadByteCountMax } }

    fileprivate func enter(_ byteCount: Int, _ loopIndex: Int) { lock.withLock { byteCounts[loopIndex] += byteCount } }
    fileprivate func leave(_ byteCount: Int, _ loopIndex: Int) { lock.withLock { byteCounts[loopIndex] -= byteCount } }
}

/// What one loop is told at once, in the order of commits. Counts as waiting for as long as somebody has it.
public final class DispatchBatch<L: DeviceLine>: Sendable {
    /// In their order.
    public let dispatches: [Dispatch<L>]
    private let loopIndex: Int
    private let byteCount: Int
    private let room: DispatchRoom

    init(_ dispatches: [Dispatch<L>], to loopIndex: Int, counting room: DispatchRoom) {
        (self.dispatches, self.loopIndex, self.room) = (dispatches, loopIndex, room)
        byteCount = dispatches.reduce(0) { $0 + $1.byteCount }
        room.enter(byteCount, loopIndex)
    }

    deinit { room.leave(byteCount, loopIndex) }
}

extension Dispatch {
    /// About what it takes in memory.
    fileprivate var byteCount: Int {
        let fixed = 512
        return switch self {
        case .envelope(let envelope, _): fixed + envelope.body.count
        case .entry(let entry, let lines): fixed + entry.event.byteCount + lines.count * MemoryLayout<L>.size
        case .arrived(let arrival, _):
            fixed + arrival.memberships.conversations.count * MemoryLayout<ConversationID>.size
        case .frame, .close: fixed
        }
    }
}

extension ConversationEvent {
    /// What may be large of it.
    fileprivate var byteCount: Int {
        switch self {
        case .message(let message): (message.text?.utf8.count ?? 0) + (message.body?.count ?? 0)
        case .membersAdded(let added): added.accounts.count * MemoryLayout<AccountID>.size
        case .image, .created, .messageDeleted, .messagePin, .memberRemoved, .roleChanged, .unknown: 0
        }
    }
}
