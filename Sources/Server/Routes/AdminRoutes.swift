import Chat
import Crypto
import Store
import Wire

/// What runs on the admin listener, which is bound to loopback.
enum AdminRoutes {
    static func all(gauges: @escaping @Sendable () -> [(name: String, help: String, value: UInt64)]) -> [Route] {
        [
            .bytes(Endpoints.health) { (_) throws(Problem) in Array("ok\n".utf8) },
            .bytes(Endpoints.ready) { (call) throws(Problem) in
                if let why = call.chat.store.status().refusesWrites { throw Problem(.overloaded, why) }
                return Array("ready\n".utf8)
            },
            .bytes(Endpoints.metrics) { (call) throws(Problem) in
                Array(OpenMetrics.text(counters: call.services.metrics.counters, gauges: gauges()).utf8)
            },
            Route(Endpoints.invite) { (call, new) throws(Problem) in
                let code = RandomBytes.make(byteCount: 32)
                let expiresAt = call.chat.clock().adding(seconds: new.days * 86_400)
                let row = InviteRow(hash: SHA256.hash(code), usesLeft: new.uses, expiresAt: expiresAt)
                let invite = Invite(code: Base64URL.encode(code), uses: new.uses, expiresAt: expiresAt)
                return try await call.commit { (turn) throws(Problem) in
                    try turn.tables.put(row)
                    return invite
                }
            },
            Route(Endpoints.believeClock) { (call) throws(Problem) in
                try await call.commit { (turn) throws(Problem) in try turn.believeClock() }
            },
        ] + Route.admin
    }
}
