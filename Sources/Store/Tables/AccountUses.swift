import Wire

/// What accounts have used, ahead of what is written of it. Owned by the writer.
///
/// Bounded: who is not known is read, and for who has no room somebody else is written and forgotten.
struct AccountUses {
    struct Held {
        var use: AccountUse
        /// What a kill would lose: not written since the row last was.
        var unwritten = UseWeight()
    }

    private let countMax: Int
    private var held: [AccountID: Held] = [:]

    init(countMax: Int) { self.countMax = max(1, countMax) }

    subscript(account: AccountID) -> Held? {
        get { held[account] }
        set { held[account] = newValue }
    }

    /// Who goes, where one more has no room.
    var surplus: [AccountID] { held.count < countMax ? [] : Array(held.keys.prefix(16)) }

    /// Some of whom something is not written.
    func unwritten(limit: Int) -> [AccountID] {
        Array(held.lazy.filter { $0.value.unwritten != UseWeight() }.map(\.key).prefix(limit))
    }
}

/// How much a change of an ``AccountUse`` is worth writing.
public struct UseWeight: Sendable, Equatable {
    public var byteCount: Int
    public var rowCount: Int

    /// What a kill loses of an account is less than this: about thirty posts of a kilobyte.
    static let most = UseWeight(byteCount: 65_536, rowCount: 64)

    public init(byteCount: Int = 0, rowCount: Int = 0) {
        self.byteCount = byteCount
        self.rowCount = rowCount
    }

    var isWorthWriting: Bool { byteCount >= Self.most.byteCount || rowCount >= Self.most.rowCount }

    static func + (one: UseWeight, other: UseWeight) -> UseWeight {
        UseWeight(byteCount: one.byteCount + other.byteCount, rowCount: one.rowCount + other.rowCount)
    }
}
