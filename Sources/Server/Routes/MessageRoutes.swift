import Chat
import Store
import Wire

/// Pairwise envelopes: sending them, and fetching them without a socket.
enum MessageRoutes {
    static let all: [Route] = [
        Route(
            .post, "/v1/messages/{account}", area: "messages",
            "Send one sealed copy to each device of an account; durable when answered",
            reads: SendRequest.schema, gives: Accepted.schema, problems: [.mismatchedDevices, .queueFull],
            bodyByteCountMax: Limits.frameByteCountMax * 3 / 2
        ) { (call) throws(Problem) in
            let request = try call.read(SendRequest.self)
            let recipient: AccountID = try call.place("account")
            let sender = call.device
            try call.services.limiters.sends.take(sender, now: call.chat.clock())
            // The client id is the idempotency key of a send, here as in the socket.
            let accepted = try await call.chat.commit(byteCount: 256 + call.bodyByteCount) { (turn) throws(Problem) in
                try turn.send(request, from: sender, to: recipient)
            }
            call.services.metrics.countAccepted(isReplay: accepted.isReplay)
            return Reply(accepted)
        },
        Route(
            .get, "/v1/messages", area: "messages", "A page of this device's queue, oldest first",
            query: [
                .init(
                    name: "after", schema: .integer(0...UInt64(1) << 53),
                    summary: "Only envelopes with a greater number; what is delivered is gone in any case."),
                Route.limitParameter,
            ],
            gives: Page<Envelope>.schema
        ) { (call) throws(Problem) in
            let device = call.device
            let after = QueueNumber(try call.queryNumber("after", in: 0...UInt64(1) << 53) ?? 0)
            let limit = try call.limit()
            var page = try await call.chat.look { (look) throws(Problem) in
                try look.queue(of: device, after: after, limit: limit)
            }
            page.items = page.items.map { call.services.stamped($0, for: device.account) }
            return Reply(page)
        },
        Route(
            .post, "/v1/messages/delivered", area: "messages",
            "Acknowledge every envelope up to a number; the server forgets them", reads: Delivered.schema
        ) { (call) throws(Problem) in
            let delivered = try call.read(Delivered.self)
            let device = call.device
            return try await call.commitNothing { (turn) throws(Problem) in
                try turn.tables.trimQueue(of: device, through: delivered.through)
            }
        },
    ]
}
