import Wire

// What is taken out of a transcript, and what is left: docs/protocol/content.md, "Deleting" and "Disappearing".

/// Where a message stands in the transcript. Outlives what the message said.
struct TranscriptPlace: WireRecord, Equatable {
    var index: UInt64

    init(index: UInt64) { self.index = index }

    init(fields: inout Fields<Self>) throws(WireError) { index = try fields.number("index", \.index) }
}

extension HistoryEntry {
    /// Whether it is of the own account.
    var isOwn: Bool { kind == .sent || kind == .synced }

    /// The same line with nothing said.
    func emptied(_ removal: Removal) -> HistoryEntry {
        var line = self
        line.text = nil
        line.file = nil
        line.sticker = nil
        line.expiresIn = nil
        line.expiresAt = nil
        if line.progress == .queued { line.progress = nil }
        line.removal = removal
        return line
    }
}

extension StoreTransaction {
    /// Takes out everything that a message says, with the key of its file and the evidence for a report. What was
    /// deleted leaves an empty line; what has disappeared leaves none.
    /// - Parameter own: the own account.
    /// - Returns: the line with nothing said.
    mutating func erase(_ line: HistoryEntry, _ removal: HistoryEntry.Removal, own: AccountID) -> HistoryEntry {
        let left = line.emptied(removal)
        switch removal {
        case .deleted: put(left, at: .history(line.index))
        case .expired: remove(StoreKey<HistoryEntry>.history(line.index))
        }
        if let expiresAt = line.expiresAt { remove(.expiry(expiresAt, line.index)) }
        remove(.evidence(line.index))
        remove(.keptContent(line.index))
        if let message = line.message {
            let sender = line.isOwn ? own : line.peer
            remove(.attachment(message, from: sender))
            remove(.capability(message, from: sender))
            remove(.sticker(message, from: sender))
        }
        owesRewrite()
        return left
    }

    /// Writes down when a line disappears.
    mutating func expire(_ line: inout HistoryEntry, after seconds: UInt64, from now: Timestamp) {
        let expiresAt = now.adding(seconds: seconds)
        line.expiresAt = expiresAt
        put(TranscriptPlace(index: line.index), at: .expiry(expiresAt, line.index))
    }
}

extension LocalStore {
    /// Lines in one transaction, each with half a dozen changes.
    private static let linesPerTransaction = 256

    /// When the next line disappears.
    var nextExpiry: Timestamp? {
        keys(withPrefix: StoreKey<TranscriptPlace>.expiryPrefix).first.flatMap(StoreKey<TranscriptPlace>.expiry)
    }

    /// Takes out the lines whose time has come.
    /// - Returns: them, with nothing said.
    func removeExpired(now: Timestamp) throws(LocalStoreError) -> [HistoryEntry] {
        var due = keys(withPrefix: StoreKey<TranscriptPlace>.expiryPrefix).prefix { (name) in
            StoreKey<TranscriptPlace>.expiry(name).map { $0 <= now } ?? true
        }
        guard !due.isEmpty, let own = try value(.profile)?.account else { return [] }
        var removed: [HistoryEntry] = []
        while !due.isEmpty {
            var transaction = StoreTransaction()
            for name in due.prefix(Self.linesPerTransaction) {
                transaction.remove(name)
                guard let place = try? value(StoreKey<TranscriptPlace>(name)) else { continue }
                if let line = try? value(.history(place.index)) {
                    removed.append(transaction.erase(line, .expired, own: own))
                } else {
                    // A later version has written it: its end holds all the same.
                    transaction.remove(StoreKey<HistoryEntry>.history(place.index))
                }
            }
            try commit(transaction)
            due = due.dropFirst(Self.linesPerTransaction)
        }
        return removed
    }
}
