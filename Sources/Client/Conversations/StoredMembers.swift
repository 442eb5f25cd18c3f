import Wire

/// Who is in an open conversation, as the server said it last, with what its log has changed since.
struct StoredMembers: WireRecord, Equatable {
    private(set) var members: [MemberView]

    init(_ members: [MemberView]) { self.members = members }

    init(fields: inout Fields<Self>) throws(WireError) {
        members = try fields.list("members", \.members, count: 0...ClientLimits.listedItemsMax)
    }

    /// What an entry of the log changes.
    mutating func apply(_ entry: LogEntry) {
        switch entry.event {
        case .membersAdded(let added):
            let known = Set(members.map(\.account))
            let room = ClientLimits.listedItemsMax - members.count
            for account in added.accounts.filter({ !known.contains($0) }).prefix(room) {
                members.append(MemberView(account: account, role: .member, joinedAt: entry.time))
            }
            members.sort { ChatID.person($0.account) < ChatID.person($1.account) }
        case .memberRemoved(let removed): members.removeAll { $0.account == removed.account }
        case .roleChanged(let change):
            guard let index = members.firstIndex(where: { $0.account == change.account }) else { return }
            members[index].role = change.role
        default: break
        }
    }
}
