import Client
import Wire

/// Who is in a conversation.
struct MemberRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var account: AccountID
    var handle: Handle?
    var claimedHandle: Handle?
    var role: Role?
    var joinedAt: Timestamp

    init(_ member: ConversationMember, of chat: ChatID) {
        self.chat = chat
        account = member.account
        handle = member.handle
        claimedHandle = member.claimedHandle
        role = member.role.told
        joinedAt = Timestamp(member.joinedAt)
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        account = try fields.value("account", \.account)
        handle = try fields.valueIfPresent("handle", \.handle)
        claimedHandle = try fields.valueIfPresent("claimedHandle", \.claimedHandle)
        role = try fields.valueIfPresent("role", \.role)
        joinedAt = try fields.value("joinedAt", \.joinedAt)
    }

    static var notes: [String: String] {
        [
            "handle": "as this device knows it",
            "claimedHandle": "what the server calls it instead, unproven",
        ]
    }
}

extension RecordKind where Value == MemberRecord {
    static var member: Self { .init("a member of a conversation, in a list of them") }
}

/// Somebody became a member.
struct MemberAddedRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var handle: Handle?
    var account: AccountID?

    init(_ person: PersonReference, to chat: ChatID) {
        self.chat = chat
        (handle, account) = (person.handle, person.account)
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        handle = try fields.valueIfPresent("handle", \.handle)
        account = try fields.valueIfPresent("account", \.account)
    }

    static var notes: [String: String] { ["handle": "or `account`: as it was named"] }
}

extension RecordKind where Value == MemberAddedRecord {
    static var memberAdded: Self { .init("somebody was added to a conversation") }
}

/// Somebody is no member any more.
struct MemberRemovedRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var account: AccountID

    init(_ account: AccountID, from chat: ChatID) { (self.chat, self.account) = (chat, account) }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        account = try fields.value("account", \.account)
    }
}

extension RecordKind where Value == MemberRemovedRecord {
    static var memberRemoved: Self { .init("somebody was removed from a conversation") }
}

/// Somebody has another role.
struct RoleGivenRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var account: AccountID
    var role: Role

    init(_ role: Role, to account: AccountID, in chat: ChatID) {
        (self.chat, self.account, self.role) = (chat, account, role)
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        account = try fields.value("account", \.account)
        role = try fields.value("role", \.role)
    }
}

extension RecordKind where Value == RoleGivenRecord {
    static var roleGiven: Self { .init("a member of a conversation has that role now") }
}
