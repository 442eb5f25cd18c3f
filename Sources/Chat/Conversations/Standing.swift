import Store
import Wire

/// What a member may want to do in its conversation. Who may is decided in ``Standing/require(_:)`` and nowhere else.
enum ConversationAct {
    case read
    case post
    case addMembers
    /// - Parameter member: who is to go; the one that asks may leave. `nil` for who is no member.
    case removeMember(MemberRow?)
    case changeRoles
    case deleteMessage(by: AccountID)
    case changeImage
}

/// Somebody in a conversation.
struct Standing {
    var conversation: ConversationRow
    var member: MemberRow
    /// Whether nobody else is left in a dm: the other account was deleted.
    let isAlone: Bool

    private var isDM: Bool { conversation.kind == .dm }

    /// - Throws: `forbidden`; `not-found` for who is to be removed and is no member.
    func require(_ act: ConversationAct) throws(Problem) {
        switch act {
        case .read:
            break
        case .post:
            if isAlone { throw Problem(.forbidden, "The other account was deleted: nobody would read it.") }
        case .addMembers:
            if isDM { throw Problem(.forbidden, "A dm keeps its two members.") }
            guard member.role >= .admin else { throw Problem(.forbidden, "Only an owner or admin adds members.") }
        case .removeMember(let target):
            if isDM, !isAlone { throw Problem(.forbidden, "A dm keeps its two members.") }
            guard let target else { throw Problem(.notFound, "There is no such member.") }
            let mayRemove = member.role >= .admin && member.role > target.role
            guard target.account == member.account || mayRemove else {
                throw Problem(.forbidden, "Only a higher role removes a member.")
            }
        case .changeRoles:
            guard !isDM else { throw Problem(.forbidden, "The roles of a dm stay as they are.") }
            guard member.role == .owner else { throw Problem(.forbidden, "Only an owner changes roles.") }
        case .deleteMessage(let author):
            guard author == member.account || (!isDM && member.role >= .admin) else {
                throw Problem(.forbidden, "Only its author, an owner or an admin deletes a message.")
            }
        case .changeImage:
            if isDM { throw Problem(.forbidden, "A dm shows its peer, and has no image of its own.") }
            guard member.role >= .admin else {
                throw Problem(.forbidden, "Only an owner or admin changes the image.")
            }
        }
    }
}

extension Look {
    /// Who an account is in a conversation. What is not the account's to see does not exist.
    /// - Throws: `not-found`.
    func standing(of account: AccountID, in conversation: ConversationID) throws(Problem) -> Standing {
        guard try tables.account(account) != nil, let member = try tables.member(account, of: conversation),
            let row = try tables.conversation(conversation)
        else { throw Problem(.notFound, "There is no such conversation.") }
        let isAlone = row.kind == .dm ? !(try hasPeer(row, of: account)) : false
        return Standing(conversation: row, member: member, isAlone: isAlone)
    }

    /// The same, for who may do this.
    /// - Throws: `not-found`; `forbidden`.
    func standing(
        of account: AccountID, in conversation: ConversationID, to act: ConversationAct
    ) throws(Problem) -> Standing {
        let standing = try standing(of: account, in: conversation)
        try standing.require(act)
        return standing
    }

    /// Whether the other account of a dm exists; it may have been deleted.
    private func hasPeer(_ row: ConversationRow, of account: AccountID) throws(Problem) -> Bool {
        guard let pair = row.pair else { return false }
        return try tables.account(pair.first == account ? pair.second : pair.first) != nil
    }
}
