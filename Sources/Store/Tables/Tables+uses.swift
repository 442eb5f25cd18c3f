import SQLite
public import Wire

extension ConversationEvent {
    /// Whether its entry is on the account of who caused it. What only takes away is on nobody's: whoever makes room
    /// shall have it.
    var isCharged: Bool {
        switch self {
        case .messageDeleted, .memberRemoved: false
        case .messagePin(let pin): pin.isPinned
        default: true
        }
    }
}

/// What accounts have used. In memory first, and written by whoever brings it to what is worth a write; so a kill loses
/// a little of it, and never more than ``UseWeight/most`` of an account.
extension Tables {
    /// Nothing where there is no such account.
    public func use(of account: AccountID) throws(Problem) -> AccountUse {
        try answer { () throws(SQLiteError) in try heldUse(of: account)?.use ?? AccountUse() }
    }

    /// Notes what a command is about to add, or has removed. Of an account that is gone, nothing is noted.
    /// - Parameters:
    ///   - weight: how much of it is lost where it is not written.
    ///   - growth: of what only removes, whatever the command is.
    public func changeUse(
        of account: AccountID, weighing weight: UseWeight, growth: Growth? = nil, _ change: (inout AccountUse) -> Void
    ) throws(Problem) {
        try answer { () throws(SQLiteError) in
            try willWrite(growth)
            try noteUse(of: account, weighing: weight, change)
        }
    }

    /// The same inside a call that writes anyway.
    func noteUse(
        of account: AccountID, weighing weight: UseWeight, _ change: (inout AccountUse) -> Void
    ) throws(SQLiteError) {
        guard var held = try heldUse(of: account) else { return }
        journal.note(.used(account, before: held))
        change(&held.use)
        held.unwritten = held.unwritten + weight
        if held.unwritten.isWorthWriting { try write(&held, of: account) }
        uses[account] = held
    }

    /// Counts what the log keeps of an account's entries.
    /// - Parameter byteCount: more, or less where it is below zero.
    func noteLogBytes(of account: AccountID, _ byteCount: Int) throws(SQLiteError) {
        guard byteCount != 0 else { return }
        try noteUse(of: account, weighing: UseWeight(byteCount: abs(byteCount))) { (use) in
            // Never below zero, whatever a kill has lost.
            let less = UInt64(byteCount < 0 ? -byteCount : 0)
            use.logByteCount = use.logByteCount - min(use.logByteCount, less) + UInt64(max(0, byteCount))
        }
    }

    /// Forgets it with the account.
    func removeUse(of account: AccountID) throws(Problem) {
        try change([], growth: .nothing) { () throws(SQLiteError) in
            _ = try connection.remove(AccountUseRow.ofAccount, account)
        }
        guard let held = uses[account] else { return }
        journal.note(.used(account, before: held))
        uses[account] = nil
    }

    /// Writes some of what is not written, for the end.
    func writeUses(limit: Int) throws(Problem) {
        try answer { () throws(SQLiteError) in
            for account in uses.unwritten(limit: limit) {
                try willWrite(.nothing)
                try noteUse(of: account, weighing: .most) { (_) in }
            }
        }
    }

    /// `nil` where there is no such account. A damaged row counts for nothing: who added how much is not worth a
    /// refusal of everything.
    private func heldUse(of account: AccountID) throws(SQLiteError) -> AccountUses.Held? {
        if let held = uses[account] { return held }
        guard try isAccount(account) else { return nil }
        for other in uses.surplus {
            guard var held = uses[other] else { continue }
            journal.note(.used(other, before: held))
            if held.unwritten != UseWeight() { try write(&held, of: other) }
            uses[other] = nil
        }
        let stored = try ifSound { () throws(SQLiteError) in try connection.row(AccountUseRow.ofAccount, account) }
        return AccountUses.Held(use: (stored ?? nil)?.use ?? AccountUse())
    }

    private func write(_ held: inout AccountUses.Held, of account: AccountID) throws(SQLiteError) {
        try connection.put(AccountUseRow(held.use, of: account))
        held.unwritten = UseWeight()
    }
}
