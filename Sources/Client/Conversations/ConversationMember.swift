public import Wire

/// A member of a conversation. Who is one, and in which role, is the server's word.
public struct ConversationMember: Sendable, Equatable {
    /// The account.
    public let account: AccountID
    /// What this device knows the account by: a handle that it looked up itself and has pinned since.
    public let handle: Handle?
    /// What the server calls it instead. Nothing says that this is true.
    public let claimedHandle: Handle?
    /// What it may do there.
    public let role: Role
    /// When it joined, by the clock of the server.
    public let joinedAt: Date

    init(_ view: MemberView, handle: Handle?) {
        account = view.account
        self.handle = handle
        claimedHandle = view.handle == handle ? nil : view.handle
        role = view.role
        joinedAt = view.joinedAt.date
    }
}
