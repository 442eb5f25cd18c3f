import Keys
import Wire

/// Holds what the key log has of the own account against the lists that this device has verified.
final class OwnEntries: Room {
    private let signed: SignedCalls
    private let contacts: Contacts

    init(_ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts) {
        self.signed = signed
        self.contacts = contacts
        super.init(ground)
    }

    /// Tells of entries of the own account that are of no list that this device has verified; of those, the first few.
    func watch() async throws(ClientError) {
        let own = try ownAddress()
        // Before asking: a list that is published meanwhile may be missing in the answer, and no harm done.
        let known = try keys(in: .ownLists).compactMap(\.number)
        var entries = try await ownEntries(own.account)
        // Another device of the account may have changed the list meanwhile.
        if let newest = entries.last?.epoch, try (contacts.knownList(own.account)?.epoch ?? 0) < newest {
            _ = try await contacts.freshList(own.account)
            entries = try await ownEntries(own.account)
        }
        // A device that was linked later knows nothing of what was before it.
        guard let first = known.min() else { return }
        var unseenCount = 0
        for entry in entries where entry.epoch >= first {
            if let known = try read(.ownList(entry.epoch)) {
                if known.digest != entry.listDigest { tell(.foreignOwnList(epoch: entry.epoch)) }
            } else if unseenCount < ClientLimits.unseenListsToldMax {
                unseenCount += 1
                try tellOfUnseen(entry)
            }
        }
        let logged = Set(entries.map(\.epoch))
        for epoch in known where !logged.contains(epoch) {
            tell(.trouble(SottoError(.untrustedLog(.missing))))
            return
        }
    }

    private func tellOfUnseen(
        _ entry: KeyLogEntry
    ) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.put(KnownOwnList(digest: entry.listDigest, isVerified: false), at: .ownList(entry.epoch))
        try commit(transaction)
        tell(.unseenOwnList(epoch: entry.epoch))
    }

    /// By epoch, ascending.
    /// - Throws: ``ClientError/unexpectedAnswer(status:)`` also for more than ``ClientLimits/ownEntriesMax``.
    private func ownEntries(_ account: AccountID) async throws(ClientError) -> [KeyLogEntry] {
        var entries: [KeyLogEntry] = []
        while true {
            let after = entries.last?.epoch ?? 0
            let page = try await signed.run(
                Endpoints.accountLog, .me,
                query: [Endpoints.afterEpoch(UInt64(after)), Parameters.limit(UInt64(Limits.pageItemsMax))])
            for item in page.items {
                guard let entry = try? KeyLogEntry(item.entry), entry.account == KeyLogAccountName(account),
                    entry.epoch > entries.last?.epoch ?? 0
                else { throw .unexpectedAnswer(status: 200) }
                entries.append(entry)
            }
            guard entries.count <= ClientLimits.ownEntriesMax else { throw .unexpectedAnswer(status: 200) }
            guard page.next != nil, !page.items.isEmpty else { return entries }
        }
    }
}
