import Chat
import Store
import Wire

/// Pairwise envelopes: sending them, and fetching them without a socket.
enum MessageRoutes {
    static let all: [Route] = [
        Route(Endpoints.send) { (call, request, recipient) throws(Problem) in
            let sender = call.device
            if request.isEphemeral {
                return try await call.chat.pass(byteCount: 256 + call.bodyByteCount) { (look) throws(Problem) in
                    try look.pass(request, from: sender, to: recipient)
                }
            }
            return try await call.commit { (turn) throws(Problem) in
                try turn.send(request, from: sender, to: recipient)
            }
        },
        Route(Endpoints.queue) { (call) throws(Problem) in
            let device = call.device
            let (after, limit) = (try call.asked(Endpoints.afterNumber) ?? QueueNumber(0), try call.limit())
            var page = try await call.look { (look) throws(Problem) in
                try look.queue(of: device, after: after, limit: limit)
            }
            page.items = page.items.map { call.services.stamped($0, for: device.account) }
            return page
        },
        Route(Endpoints.delivered) { (call, delivered) throws(Problem) in
            let device = call.device
            return try await call.commit { (turn) throws(Problem) in
                try turn.tables.trimQueue(of: device, through: delivered.through)
            }
        },
    ]
}
