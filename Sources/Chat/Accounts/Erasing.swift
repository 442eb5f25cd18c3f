import Store
import Wire

/// How much of a deleted account one command removes.
struct ErasureLimits: Sendable {
    var mediaPerCommand = 100
    /// Each may read the members of a conversation.
    var membershipsPerCommand = 10
    /// Rows that are changed or removed each by itself.
    var rowsPerCommand = 100
}

/// What a step of erasing did.
enum ErasureStep: Sendable, Equatable {
    /// Media went; their files are doomed.
    case media
    /// Its own; or those of others, which say no more that it made them.
    case memberships
    case reports
    /// Nothing was left but the note that something is.
    case finished
}

extension Turn {
    /// Removes some of what a deleted account has left; each step leaves everything in order. Call until it says
    /// ``ErasureStep/finished``.
    mutating func erase(_ doomed: DoomedAccountRow, limits: ErasureLimits = .init()) throws(Problem) -> ErasureStep {
        grows(.nothing)
        let media = try tables.rows(MediaRow.ofAccount, doomed.account, limit: limits.mediaPerCommand).map(\.media)
        guard media.isEmpty else {
            for media in media { try endMedia(media) }
            return .media
        }
        let memberships = try tables.rows(MemberRow.ofAccount, doomed.account, limit: limits.membershipsPerCommand)
        guard memberships.isEmpty else {
            for membership in memberships { try leave(membership, inTheNameOf: doomed.address) }
            return .memberships
        }
        let added = try tables.rows(MemberRow.ofAdder, doomed.account, limit: limits.rowsPerCommand)
        guard added.isEmpty else {
            for var membership in added {
                membership.addedBy = membership.account
                try tables.put(membership)
            }
            return .memberships
        }
        guard try tables.eraseRows(of: doomed.account, limit: limits.rowsPerCommand) == 0 else {
            return .reports
        }
        try tables.forget(doomed.account)
        return .finished
    }

    /// Leaves as by itself, and leaves no conversation without an owner.
    private mutating func leave(_ own: MemberRow, inTheNameOf address: DeviceAddress) throws(Problem) {
        if own.role == .owner, try tables.count(MemberRow.ofRole, own.conversation, .owner) == 1,
            var heir = try heir(of: own.conversation) {
            heir.role = .owner
            try tables.put(heir)
            try append(.roleChanged(.init(account: heir.account, role: .owner)), to: own.conversation, by: address)
        }
        try remove(own, by: address)
    }

    /// The admin who joined first, else the member who did; `nil` when nobody is left who has an account.
    private func heir(of conversation: ConversationID) throws(Problem) -> MemberRow? {
        var best: MemberRow?
        for member in try tables.rows(MemberRow.ofConversation, conversation, limit: Limits.membersMax) {
            guard try tables.account(member.account) != nil else { continue }
            guard let found = best else {
                best = member
                continue
            }
            if (found.role, member.joinedAt) < (member.role, found.joinedAt) { best = member }
        }
        return best
    }
}
