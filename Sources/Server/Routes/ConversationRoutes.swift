import Chat
import Store
import Wire

/// Conversations, their members and their logs.
enum ConversationRoutes {
    static let all: [Route] = conversations + members + log

    static let conversations: [Route] = [
        Route(
            .post, "/v1/conversations", area: "conversations",
            "Create a conversation with its members in one step; a dm that exists is returned as it is",
            reads: NewConversation.schema, gives: ConversationView.schema, status: 201,
            problems: [.notFound, .groupFull, .requiresOpenMode, .sealedInOpen]
        ) { (call) throws(Problem) in
            let new = try call.read(NewConversation.self)
            let caller = call.device
            return try await call.commit(status: 201) { (turn) throws(Problem) in
                try turn.createConversation(new, by: caller).view
            }
        },
        Route(
            .get, "/v1/conversations", area: "conversations", "The caller's conversations, with head and unread count",
            query: [Route.cursorParameter, Route.limitParameter], gives: Page<ConversationView>.schema
        ) { (call) throws(Problem) in
            let account = call.device.account
            let cursor = call.query["cursor"]
            let limit = try call.limit()
            return Reply(
                try await call.chat.look { (look) throws(Problem) in
                    try look.conversations(of: account, cursor: cursor, limit: limit)
                })
        },
        Route(
            .get, "/v1/conversations/{conversation}", area: "conversations", "One conversation",
            gives: ConversationView.schema
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            let account = call.device.account
            return Reply(
                try await call.chat.look { (look) throws(Problem) in try look.conversation(id, for: account) })
        },
    ]

    static let members: [Route] = [
        Route(
            .get, "/v1/conversations/{conversation}/members", area: "conversations", "The members",
            query: [Route.cursorParameter, Route.limitParameter], gives: Page<MemberView>.schema
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            let account = call.device.account
            let cursor = call.query["cursor"]
            let limit = try call.limit()
            return Reply(
                try await call.chat.look { (look) throws(Problem) in
                    try look.members(of: id, for: account, cursor: cursor, limit: limit)
                })
        },
        Route(
            .post, "/v1/conversations/{conversation}/members", area: "conversations",
            "Add members; who is one already is passed over", reads: NewMembers.schema,
            problems: [.forbidden, .groupFull]
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            let new = try call.read(NewMembers.self)
            let caller = call.device
            return try await call.commitNothing { (turn) throws(Problem) in
                try turn.addMembers(new.accounts, to: id, by: caller)
            }
        },
        Route(
            .patch, "/v1/conversations/{conversation}/members/{account}", area: "conversations",
            "Give a member another role", reads: RoleChange.schema, problems: [.forbidden, .lastOwner]
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            let account: AccountID = try call.place("account")
            let change = try call.read(RoleChange.self)
            let caller = call.device
            return try await call.commitNothing { (turn) throws(Problem) in
                try turn.changeRole(of: account, to: change.role, in: id, by: caller)
            }
        },
        Route(
            .delete, "/v1/conversations/{conversation}/members/{account}", area: "conversations",
            "Remove a member; `me` leaves", problems: [.forbidden, .lastOwner]
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            let caller = call.device
            let account: AccountID = call.places["account"] == "me" ? caller.account : try call.place("account")
            return try await call.commitNothing { (turn) throws(Problem) in
                try turn.removeMember(account, from: id, by: caller)
            }
        },
    ]

    static let log: [Route] = [
        Route(
            .post, "/v1/conversations/{conversation}/messages", area: "conversations",
            "Post text and media to an open conversation, or a sealed body to a sealed one; durable when answered",
            reads: PostRequest.schema, gives: Accepted.schema,
            problems: [
                .plaintextInSealed, .requiresOpenMode, .sealedInOpen, .textTooLong, .uploadIncomplete, .mediaAttached,
            ],
            bodyByteCountMax: Limits.frameByteCountMax
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            let request = try call.read(PostRequest.self)
            let sender = call.device
            try call.services.limiters.sends.take(sender, now: call.chat.clock())
            let accepted = try await call.chat.commit(byteCount: 256 + call.bodyByteCount) { (turn) throws(Problem) in
                try turn.post(request, to: id, by: sender)
            }
            call.services.metrics.countAccepted(isReplay: accepted.isReplay)
            return Reply(accepted)
        },
        Route(
            .get, "/v1/conversations/{conversation}/messages", area: "conversations",
            "A page of the conversation's log, oldest first; the newest page without before, after or around",
            query: [
                .init(name: "before", schema: SequenceNumber.schema, summary: "Only entries with a smaller seq."),
                .init(name: "after", schema: SequenceNumber.schema, summary: "Only entries with a greater seq."),
                .init(name: "around", schema: SequenceNumber.schema, summary: "Entries on both sides of a seq."),
                Route.limitParameter,
            ],
            gives: LogPage.schema
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            let range = try range(call)
            let limit = try call.limit()
            let account = call.device.account
            return Reply(
                try await call.chat.look { (look) throws(Problem) in
                    try look.log(of: id, for: account, range, limit: limit)
                })
        },
        Route(
            .delete, "/v1/conversations/{conversation}/messages/{seq}", area: "conversations",
            "Delete a message for everybody, with its media; its files are gone when answered", problems: [.forbidden]
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            guard let seq = call.places["seq"].flatMap({ UInt64($0) }) else {
                throw Problem(.notFound, "There is no message with that number.")
            }
            let caller = call.device
            try call.services.limiters.sends.take(caller, now: call.chat.clock())
            return try await call.commitAndBury { (turn) throws(Problem) in
                _ = try turn.deleteMessage(SequenceNumber(seq), of: id, by: caller)
            }
        },
        Route(
            .put, "/v1/conversations/{conversation}/checkpoint", area: "conversations",
            "Say how far the account has read; never moves back", reads: Checkpoint.schema, gives: Checkpoint.schema
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            let checkpoint = try call.read(Checkpoint.self)
            let caller = call.device
            return try await call.commit { (turn) throws(Problem) in
                try turn.moveCheckpoint(to: checkpoint.seq, in: id, by: caller)
            }
        },
    ]

    private static func range(_ call: Call) throws(Problem) -> LogRange {
        let bounds: ClosedRange<UInt64> = 0...UInt64(1) << 53
        let before = try call.queryNumber("before", in: bounds).map { LogRange.before(SequenceNumber($0)) }
        let after = try call.queryNumber("after", in: bounds).map { LogRange.after(SequenceNumber($0)) }
        let around = try call.queryNumber("around", in: bounds).map { LogRange.around(SequenceNumber($0)) }
        let given = [before, after, around].compactMap { $0 }
        guard given.count <= 1 else { throw Problem(.malformed, "At most one of before, after and around.") }
        return given.first ?? .newest
    }
}
