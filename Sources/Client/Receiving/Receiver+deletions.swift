import Wire

// Messages that their authors take back: docs/protocol/content.md, "Deleting".

extension Receiver {
    /// A deletion that came. What it names is taken out; what it names and has not come yet will be empty when it
    /// does.
    /// - Returns: what is left of the line, where there was one.
    func takeOut(
        _ target: ClientID, of sender: AccountID, _ edit: inout TranscriptEdit,
        into transaction: inout StoreTransaction
    ) throws(ClientError) -> (LinePlace, StoredLine)? {
        guard let place = try read(.message(target, from: sender))?.place else {
            try rememberDeletion(of: target, by: sender, into: &transaction)
            return nil
        }
        // Known, and gone already.
        guard let line = try edit.line(at: place), line.removal == nil else { return nil }
        return (place, try edit.erase(line, at: place, .deleted, into: &transaction))
    }

    /// Of each account so many, the oldest go first.
    private func rememberDeletion(
        of target: ClientID, by sender: AccountID, into transaction: inout StoreTransaction
    ) throws(ClientError) {
        let known = try values(in: .earlyDeletions(from: sender))
        if known.count >= ClientLimits.earlyDeletionsMax, let oldest = known.min(by: { $0.value < $1.value }) {
            transaction.remove(oldest.key)
        }
        transaction.put(surroundings.now(), at: .earlyDeletion(target, from: sender))
    }
}
