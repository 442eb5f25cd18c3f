import Wire

/// What waits to be said, or to be taken back, in an open conversation. Survives a restart; every try carries the same
/// client id.
struct OpenSend: WireRecord, Equatable {
    /// Of a post its own name; of what takes one back, a name for whoever waits for it.
    var clientID: ClientID
    var conversation: ConversationID
    /// What is to be posted; none where something is to be taken back.
    var post: PostRequest?
    /// The message that is to be deleted.
    var target: SequenceNumber?

    init(_ post: PostRequest, to conversation: ConversationID) {
        clientID = post.clientID
        self.conversation = conversation
        self.post = post
    }

    init(deletionOf target: SequenceNumber, of conversation: ConversationID) {
        clientID = .random()
        self.conversation = conversation
        self.target = target
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        clientID = try fields.value("clientId", \.clientID)
        conversation = try fields.value("conversation", \.conversation)
        post = try fields.valueIfPresent("post", \.post)
        target = try fields.valueIfPresent("target", \.target)
    }

    /// Where the line of a post stands while it waits.
    /// - Parameter number: its own, in the outbox.
    func waitingPlace(_ number: UInt64) -> LinePlace? {
        post == nil ? nil : LinePlace(.conversation(conversation), LinePlace.firstWaiting + number)
    }
}
