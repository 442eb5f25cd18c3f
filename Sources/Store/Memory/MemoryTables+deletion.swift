import Wire

extension MemoryTables {
    func hasTombstone(hash: [UInt8]) -> Bool { state.tombstones.contains(hash) }

    func doomedAccounts(limit: Int) -> [DoomedAccountRow] {
        Array(state.doomedAccounts.values.sorted { $0.account.precedes($1.account) }.prefix(max(0, limit)))
    }

    func media(of account: AccountID, limit: Int) -> [MediaID] {
        state.media.values.filter { $0.owner.account == account }.prefix(max(0, limit)).map(\.media)
    }

    func removeAccount(_ account: AccountID) {
        writeCount += 1
        precondition(devices(of: account).isEmpty, "an account goes after its devices")
        guard let row = state.accounts.removeValue(forKey: account) else { return }
        state.handles[row.handle] = nil
    }

    func putTombstone(_ row: TombstoneRow) {
        writeCount += 1
        state.tombstones.formUnion([row.accountHash, row.handleHash])
    }

    func doom(_ row: DoomedAccountRow) {
        writeCount += 1
        state.doomedAccounts[row.account] = row
    }

    func forget(_ account: AccountID) {
        writeCount += 1
        state.doomedAccounts[account] = nil
    }

    func removeReports(by reporter: AccountID, limit: Int) -> Int {
        writeCount += 1
        let gone = state.reports.filter { $0.reporter == reporter }.prefix(max(0, limit)).map(\.number)
        state.reports.removeAll { gone.contains($0.number) }
        return gone.count
    }

    func removeConversation(_ conversation: ConversationID) {
        writeCount += 1
        precondition((state.members[conversation] ?? [:]).isEmpty, "a conversation goes after its members")
        guard let row = state.conversations.removeValue(forKey: conversation) else { return }
        if let pair = row.pair { state.dms[pair] = nil }
        state.members[conversation] = nil
        if let log = state.logs.removeValue(forKey: conversation) { state.entryCount -= log.entries.count }
        for row in state.media.values where row.conversation == conversation && row.message != nil {
            state.media[row.media]?.expiresAt = Timestamp(milliseconds: 0)
            state.media[row.media]?.endsAt = Timestamp(milliseconds: 0)
        }
    }
}
