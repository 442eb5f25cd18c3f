import Chat
import Store
import Wire

/// Conversations, their members and their logs.
enum ConversationRoutes {
    static let all: [Route] = conversations + members + log

    private static let conversations: [Route] = [
        Route(Endpoints.createConversation) { (call, new) throws(Problem) in
            try await call.commit { [caller = call.device] (turn) throws(Problem) in
                try turn.createConversation(new, by: caller).view
            }
        },
        Route(Endpoints.conversations) { (call) throws(Problem) in
            let (account, page, mode) = (call.account, try call.page(), try call.asked(Endpoints.mode))
            return try await call.look { (look) throws(Problem) in
                try look.conversations(of: account, mode: mode, page)
            }
        },
        Route(Endpoints.conversation) { (call, id) throws(Problem) in
            let account = call.account
            return try await call.look { (look) throws(Problem) in try look.conversation(id, for: account) }
        },
    ]

    private static let members: [Route] = [
        Route(Endpoints.members) { (call, id) throws(Problem) in
            let (account, page) = (call.account, try call.page())
            return try await call.look { (look) throws(Problem) in try look.members(of: id, for: account, page) }
        },
        Route(Endpoints.addMembers) { (call, new, id) throws(Problem) in
            let caller = call.device
            return try await call.commit { (turn) throws(Problem) in
                try turn.addMembers(new.accounts, to: id, by: caller)
            }
        },
        Route(Endpoints.changeRole) { (call, change, id, account) throws(Problem) in
            let caller = call.device
            return try await call.commit { (turn) throws(Problem) in
                try turn.changeRole(of: account, to: change.role, in: id, by: caller)
            }
        },
        Route(Endpoints.removeMember) { (call, id, whom) throws(Problem) in
            let caller = call.device
            return try await call.commit { (turn) throws(Problem) in
                try turn.removeMember(whom.account(askedBy: caller.account), from: id, by: caller)
            }
        },
    ]

    private static let log: [Route] = [
        Route(Endpoints.post) { (call, request, id) throws(Problem) in
            let sender = call.device
            return try await call.commit { (turn) throws(Problem) in try turn.post(request, to: id, by: sender) }
        },
        Route(Endpoints.log) { (call, id) throws(Problem) in
            let (account, range, limit) = (call.account, try range(call), try call.limit())
            return try await call.look { (look) throws(Problem) in
                try look.log(of: id, for: account, range, limit: limit)
            }
        },
        Route(Endpoints.deleteMessage) { (call, id, seq) throws(Problem) in
            let caller = call.device
            return try await call.commitAndBury { (turn) throws(Problem) in
                _ = try turn.deleteMessage(seq, of: id, by: caller)
            }
        },
        Route(Endpoints.moveCheckpoint) { (call, checkpoint, id) throws(Problem) in
            let caller = call.device
            return try await call.commit { (turn) throws(Problem) in
                try turn.moveCheckpoint(to: checkpoint.seq, in: id, by: caller)
            }
        },
    ]

    private static func range(_ call: Call) throws(Problem) -> LogRange {
        let before = try call.asked(Endpoints.beforeSeq).map { LogRange.before($0) }
        let after = try call.asked(Endpoints.afterSeq).map { LogRange.after($0) }
        let around = try call.asked(Endpoints.aroundSeq).map { LogRange.around($0) }
        let given = [before, after, around].compactMap { $0 }
        guard given.count <= 1 else { throw Problem(.malformed, "At most one of before, after and around.") }
        return given.first ?? .newest
    }
}
