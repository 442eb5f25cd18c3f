import Chat
import Wire

/// Messages that a conversation keeps in sight.
enum PinRoutes {
    static let all: [Route] = [
        Route(Endpoints.pins) { (call, id) throws(Problem) in
            let (account, page) = (call.account, try call.page())
            return try await call.look { (look) throws(Problem) in try look.pins(of: id, for: account, page) }
        },
        Route(Endpoints.pin) { (call, id, seq) throws(Problem) in
            let caller = call.device
            return try await call.commit { (turn) throws(Problem) in try turn.pin(seq, of: id, by: caller) }
        },
        Route(Endpoints.unpin) { (call, id, seq) throws(Problem) in
            let caller = call.device
            return try await call.commit { (turn) throws(Problem) in try turn.unpin(seq, of: id, by: caller) }
        },
    ]
}
