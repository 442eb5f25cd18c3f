import Wire

/// Whose share of a queue a copy counts in: an account's, or that of all who sent sealed, of whom nobody knows who
/// they are.
struct QueueSender: Hashable, Sendable {
    /// `nil` for those who sent sealed. What lets them in is the recipient's delivery token.
    let account: AccountID?

    static let sealed = QueueSender(nil)

    init(_ account: AccountID?) { self.account = account }
}

/// What one waiting copy takes of a queue.
struct QueueWeight: Sendable {
    let sender: QueueSender
    /// Of the body, with what is kept beside it; zero where there is no copy.
    let byteCount: UInt32

    /// A copy costs about so much beside its body: its part of the record, its row in the queue, what finds them.
    static let overheadByteCount = 256

    /// A number that nobody has.
    static let none = QueueWeight(sender: .sealed, byteCount: 0)

    init(sender: QueueSender, byteCount: UInt32) {
        self.sender = sender
        self.byteCount = byteCount
    }

    init(of bodyByteCount: Int, from sender: AccountID?) {
        self.init(
            sender: QueueSender(sender), byteCount: UInt32(clamping: bodyByteCount + Self.overheadByteCount))
    }
}

/// How much waits.
struct QueueLoad: Equatable, Sendable {
    var count = 0
    var byteCount = 0

    static func + (one: QueueLoad, other: QueueLoad) -> QueueLoad {
        QueueLoad(count: one.count + other.count, byteCount: one.byteCount + other.byteCount)
    }

    /// Never less than nothing, whatever a damaged row says.
    static func - (one: QueueLoad, other: QueueLoad) -> QueueLoad {
        QueueLoad(count: max(0, one.count - other.count), byteCount: max(0, one.byteCount - other.byteCount))
    }

    static func / (one: QueueLoad, divisor: Int) -> QueueLoad {
        QueueLoad(count: one.count / divisor, byteCount: one.byteCount / divisor)
    }

    /// Whether it is within `bound` in both.
    func fits(_ bound: QueueLoad) -> Bool { count <= bound.count && byteCount <= bound.byteCount }
}

extension QueueLoad {
    init(_ weight: QueueWeight) {
        self.init(count: weight.byteCount == 0 ? 0 : 1, byteCount: Int(weight.byteCount))
    }
}

/// Whose room there is none in.
public enum QueueRefusal: Sendable, Equatable {
    /// This sender has as much waiting as one may.
    case sender
    /// All senders who say who they are, together.
    case senders
    /// All who know the delivery token, together.
    case sealed
    /// The account's own devices.
    case own
}

/// What each sender has waiting in one device's queue, and the rule of how much that may be.
///
/// A queue has three rooms of the same size, so that none of them can be filled from another: for the account's own
/// devices, for those whom its delivery token lets in, and for all others, who are anybody. In the room of all others
/// a sender may have an eighth of what is free, or ``floor``, whichever is more. So the room never fills by a few: each
/// one who takes all he may leaves eight ninths of it, and the last quarter is for floors alone.
struct QueueShares: Equatable {
    /// What a room holds.
    static let room = QueueLoad(count: Int(Limits.queuedEnvelopesMax), byteCount: Limits.queuedByteCountMax)
    /// What of the room of all others is shared out by what is free; the rest is for floors.
    static let shared = QueueLoad(count: room.count * 3 / 4, byteCount: room.byteCount * 3 / 4)
    /// A sender may have one part in so many of what is free.
    static let divisor = 8
    /// A sender may always have this much, while there is room at all.
    static let floor = QueueLoad(count: 16, byteCount: 32 * 1024)

    /// As long as no more than this waits in all, nobody can have more than a share, so nobody needs to count.
    static let ample = shared / (divisor + 1)

    private let own: QueueSender
    private var loads: [QueueSender: QueueLoad] = [:]
    /// Of all but the sealed and the own.
    private(set) var others = QueueLoad()
    private var all = QueueLoad()

    /// - Parameter owner: whose device's queue it is.
    init(of owner: AccountID) { own = QueueSender(owner) }

    /// Whether so little waits that nobody needs to count; half of what is ample, so that one that is read while others
    /// write does not come to count over and over.
    var isAmple: Bool { all.fits(Self.ample / 2) }

    func load(of sender: QueueSender) -> QueueLoad { loads[sender] ?? QueueLoad() }

    mutating func add(_ load: QueueLoad, of sender: QueueSender) {
        guard load != QueueLoad() else { return }
        loads[sender] = self.load(of: sender) + load
        all = all + load
        if sender != .sealed, sender != own { others = others + load }
    }

    mutating func remove(_ load: QueueLoad, of sender: QueueSender) {
        guard let held = loads[sender] else { return }
        let left = held - load
        loads[sender] = left == QueueLoad() ? nil : left
        all = all - load
        if sender != .sealed, sender != own { others = others - load }
    }

    /// Why one more copy has no room; `nil` where it has.
    func refusal(of weight: QueueWeight) -> QueueRefusal? {
        let held = load(of: weight.sender) + QueueLoad(weight)
        if weight.sender == .sealed { return held.fits(Self.room) ? nil : .sealed }
        if weight.sender == own { return held.fits(Self.room) ? nil : .own }
        guard (others + QueueLoad(weight)).fits(Self.room) else { return .senders }
        let share = (Self.shared - others) / Self.divisor
        let most = QueueLoad(
            count: max(share.count, Self.floor.count), byteCount: max(share.byteCount, Self.floor.byteCount))
        return held.fits(most) ? nil : .sender
    }
}
