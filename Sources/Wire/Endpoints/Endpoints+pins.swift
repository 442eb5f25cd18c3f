// Messages that a conversation keeps in sight. docs/protocol/conversations.md, Pins

extension Endpoints {
    public static let pins = Endpoint(
        .get, "/v1/conversations/{conversation}/pins", ConversationID.self, area: "conversations",
        "The pinned messages, in the order of the log",
        allows: .members, home: .place, query: Parameters.page, gives: Page<PinView>.self)

    public static let pin = Endpoint(
        .put, "/v1/conversations/{conversation}/pins/{seq}", ConversationID.self, SequenceNumber.self,
        area: "conversations", "Pin a message for everybody; one that is pinned stays as it is",
        allows: .members, home: .place, buckets: [.sends],
        problems: [.forbidden, .requiresOpenMode, .pinsFull, .quotaExceeded])

    public static let unpin = Endpoint(
        .delete, "/v1/conversations/{conversation}/pins/{seq}", ConversationID.self, SequenceNumber.self,
        area: "conversations", "Take the pin of a message away; without one nothing changes",
        allows: .members, home: .place, buckets: [.sends], problems: [.forbidden])
}
