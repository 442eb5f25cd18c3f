// Conversations, their members and their logs. docs/protocol/conversations.md

private let area = "conversations"

extension Endpoints {
    public static let createConversation = Endpoint(
        .post, "/v1/conversations", area: area,
        "Create a conversation with its members in one step; a dm that exists is returned as it is",
        allows: .all, home: .caller, reads: NewConversation.self, gives: ConversationView.self, status: 201,
        problems: [.notFound, .groupFull, .requiresOpenMode, .sealedInOpen])

    /// Which conversations a list has.
    public static let mode = Parameter(
        "mode", ConversationMode.self, "Only conversations of this mode; all of them when absent.")

    public static let conversations = Endpoint(
        .get, "/v1/conversations", area: area, "The caller's conversations, with head and unread count",
        allows: .all, home: .caller, query: [mode.facts] + Parameters.page, gives: Page<ConversationView>.self)

    public static let conversation = Endpoint(
        .get, "/v1/conversations/{conversation}", ConversationID.self, area: area, "One conversation",
        allows: .members, home: .place, gives: ConversationView.self)

    public static let members = Endpoint(
        .get, "/v1/conversations/{conversation}/members", ConversationID.self, area: area, "The members",
        allows: .members, home: .place, query: Parameters.page, gives: Page<MemberView>.self)

    public static let addMembers = Endpoint(
        .post, "/v1/conversations/{conversation}/members", ConversationID.self, area: area,
        "Add members; who is one already is passed over",
        allows: .admins, home: .place, reads: NewMembers.self, problems: [.forbidden, .groupFull])

    public static let changeRole = Endpoint(
        .patch, "/v1/conversations/{conversation}/members/{account}", ConversationID.self, AccountID.self, area: area,
        "Give a member another role",
        allows: .owners, home: .place, reads: RoleChange.self, problems: [.forbidden, .lastOwner])

    public static let removeMember = Endpoint(
        .delete, "/v1/conversations/{conversation}/members/{account}", ConversationID.self, AccountReference.self,
        area: area, "Remove a member; `me` leaves",
        allows: .adminsOrSelf, home: .place, problems: [.forbidden, .lastOwner])

    public static let post = Endpoint(
        .post, "/v1/conversations/{conversation}/messages", ConversationID.self, area: area,
        "Post text and media to an open conversation, or a sealed body to a sealed one; durable when answered",
        allows: .members, home: .place, buckets: [.sends], reads: PostRequest.self, gives: Accepted.self,
        problems: [
            .forbidden, .plaintextInSealed, .requiresOpenMode, .sealedInOpen, .textTooLong, .uploadIncomplete,
            .mediaAttached, .quotaExceeded,
        ],
        repetition: .clientID, bodyByteCountMax: Limits.messageByteCountMax)

    /// Where a page of the log begins. At most one of the three is given.
    public static let beforeSeq = Parameter("before", SequenceNumber.self, "Only entries with a smaller seq.")
    public static let afterSeq = Parameter("after", SequenceNumber.self, "Only entries with a greater seq.")
    public static let aroundSeq = Parameter("around", SequenceNumber.self, "Entries on both sides of a seq.")

    public static let log = Endpoint(
        .get, "/v1/conversations/{conversation}/messages", ConversationID.self, area: area,
        "A page of the conversation's log, oldest first; the newest page without before, after or around",
        allows: .members, home: .place,
        query: [beforeSeq.facts, afterSeq.facts, aroundSeq.facts, Parameters.limit.facts], gives: LogPage.self)

    public static let deleteMessage = Endpoint(
        .delete, "/v1/conversations/{conversation}/messages/{seq}", ConversationID.self, SequenceNumber.self,
        area: area, "Delete a message for everybody, with its media; its files are gone when answered",
        allows: .adminsOrAuthor, home: .place, buckets: [.sends], problems: [.forbidden])

    public static let moveCheckpoint = Endpoint(
        .put, "/v1/conversations/{conversation}/checkpoint", ConversationID.self, area: area,
        "Say how far the account has read; never moves back",
        allows: .members, home: .place, reads: Checkpoint.self, gives: Checkpoint.self)
}
