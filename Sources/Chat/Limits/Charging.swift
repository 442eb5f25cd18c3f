import Store
public import Wire

/// What a verb is about to add.
public struct Addition: Sendable, Equatable {
    /// Rows of any table.
    var rowCount = 0
    /// Of content.
    var byteCount = 0
    /// Of these, what goes into logs.
    var logByteCount = 0
    var membershipCount = 0

    /// - Parameter byteCount: of what the rows hold that may be much.
    public static func rows(_ count: Int, byteCount: Int = 0) -> Addition {
        Addition(rowCount: count, byteCount: byteCount)
    }

    /// An entry of a log.
    static func entry(byteCount: Int = 0) -> Addition {
        let whole = byteCount + AccountBounds.entryByteCount
        return Addition(rowCount: 1, byteCount: whole, logByteCount: whole)
    }

    /// Accounts that become members, with the entry that says so.
    static func members(_ count: Int) -> Addition {
        var addition = entry(byteCount: count * MemoryLayout<SixteenBytes>.size)
        addition.rowCount += count
        addition.membershipCount = count
        return addition
    }

    static func + (one: Addition, other: Addition) -> Addition {
        Addition(
            rowCount: one.rowCount + other.rowCount, byteCount: one.byteCount + other.byteCount,
            logByteCount: one.logByteCount + other.logByteCount,
            membershipCount: one.membershipCount + other.membershipCount)
    }
}

extension Turn {
    /// Puts what a verb adds on an account. Every verb that adds asks here, last of what it checks and before it
    /// writes; what removes does not. The log counts its bytes by itself.
    /// - Throws: `quota-exceeded`, and counts nothing: with the time to wait where a day's share is used up.
    public func charge(_ addition: Addition, to account: AccountID) throws(Problem) {
        let use = try tables.use(of: account)
        var bytes = TokenBucket(bounds.dayBytes, spent: use.spentBytes, at: use.spentAt)
        var rows = TokenBucket(bounds.dayRows, spent: use.spentRows, at: use.spentAt)
        try Self.take(addition.byteCount, "bytes", from: &bytes, now: now)
        try Self.take(addition.rowCount, "rows", from: &rows, now: now)
        try Self.fit(
            addition.logByteCount, on: use.logByteCount, within: bounds.logByteCountMax,
            "bytes in logs: delete messages, or leave conversations that end with that")
        try Self.fit(
            addition.membershipCount, on: use.membershipCount, within: bounds.membershipCountMax,
            "memberships that it made: leave conversations, or remove members")
        let weight = UseWeight(byteCount: addition.byteCount, rowCount: addition.rowCount)
        try tables.changeUse(of: account, weighing: weight) { (use) in
            (use.spentBytes, use.spentRows, use.spentAt) = (bytes.spent, rows.spent, now)
            use.membershipCount += UInt64(addition.membershipCount)
        }
    }

    /// Gives a membership back to whoever made it.
    func release(_ member: MemberRow) throws(Problem) {
        try tables.changeUse(of: member.addedBy, weighing: UseWeight(rowCount: 1), growth: .nothing) { (use) in
            // Never below zero, whatever a kill has lost.
            use.membershipCount -= min(1, use.membershipCount)
        }
    }

    private static func take(
        _ count: Int, _ what: String, from bucket: inout TokenBucket, now: Timestamp
    ) throws(Problem) {
        // Also of nothing, since the bucket sinks with that.
        guard case .refuse(let seconds) = bucket.take(count, now: now), count > 0 else { return }
        throw Problem(
            .quotaExceeded, "The account has added as many \(what) as it may in a day.", retryAfterSeconds: seconds)
    }

    private static func fit(
        _ count: Int, on total: UInt64, within bound: UInt64, _ what: String
    ) throws(Problem) {
        guard count > 0 else { return }
        guard UInt64(count) <= bound, total <= bound - UInt64(count) else {
            throw Problem(.quotaExceeded, "The account has \(total) of \(bound) \(what).")
        }
    }
}
