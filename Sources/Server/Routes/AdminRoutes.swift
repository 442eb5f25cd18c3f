import Chat
import Crypto
import Store
import Wire

/// What runs on the admin listener, which is bound to loopback.
enum AdminRoutes {
    static func all(gauges: @escaping @Sendable () -> [(name: String, help: String, value: UInt64)]) -> [Route] {
        [
            Route(.get, "/healthz", area: "admin", "The process answers", access: .none, givesMediaType: "text/plain") {
                (_) throws(Problem) in
                Reply(bytes: Array("ok\n".utf8), mediaType: "text/plain")
            },
            Route(
                .get, "/readyz", area: "admin", "The store takes writes", access: .none, givesMediaType: "text/plain",
                problems: [.overloaded]
            ) { (call) throws(Problem) in
                if let why = call.chat.store.status().refusesWrites { throw Problem(.overloaded, why) }
                return Reply(bytes: Array("ready\n".utf8), mediaType: "text/plain")
            },
            Route(
                .get, "/metrics", area: "admin", "Counters and gauges", access: .none,
                givesMediaType: OpenMetrics.mediaType
            ) { (call) throws(Problem) in
                let text = OpenMetrics.text(counters: call.services.metrics.counters, gauges: gauges())
                return Reply(bytes: Array(text.utf8), mediaType: OpenMetrics.mediaType)
            },
            Route(
                .post, "/admin/v1/invites", area: "admin", "Make an invitation to register", access: .none,
                reads: NewInvite.schema, gives: Invite.schema, status: 201
            ) { (call) throws(Problem) in
                let new = try call.read(NewInvite.self)
                let code = RandomBytes.make(byteCount: 32)
                let expiresAt = call.chat.clock().adding(seconds: new.days * 86_400)
                let row = InviteRow(hash: SHA256.hash(code), usesLeft: new.uses, expiresAt: expiresAt)
                let invite = Invite(code: Base64URL.encode(code), uses: new.uses, expiresAt: expiresAt)
                return Reply(
                    status: 201,
                    try await call.chat.commit { (turn) throws(Problem) in
                        try turn.tables.put(row)
                        return invite
                    })
            },
            Route(
                .post, "/admin/v1/clock", area: "admin", "Say that the clock is right, so that deletions go on",
                access: .none, status: 204
            ) { (call) throws(Problem) in
                try await call.commitNothing { (turn) throws(Problem) in try turn.believeClock() }
            },
        ] + ReportRoutes.admin + AccountRoutes.removal + EmojiRoutes.admin
    }
}

struct NewInvite: WireRecord {
    var uses: UInt64
    var days: UInt64

    init(fields: inout Fields<Self>) throws(WireError) {
        uses = try fields.number("uses", \.uses, in: 1...100_000, or: 1)
        days = try fields.number("days", \.days, in: 1...365, or: 7)
    }
}

struct Invite: WireRecord {
    var code: String
    var uses: UInt64
    var expiresAt: Timestamp

    init(code: String, uses: UInt64, expiresAt: Timestamp) {
        self.code = code
        self.uses = uses
        self.expiresAt = expiresAt
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        code = try fields.text("code", \.code, length: 43...43)
        uses = try fields.number("uses", \.uses, in: 1...100_000)
        expiresAt = try fields.value("expiresAt", \.expiresAt)
    }
}
