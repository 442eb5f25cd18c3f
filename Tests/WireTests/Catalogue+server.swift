@testable import Wire

extension Catalogue {
    static let server = [
        Specimen(
            ServerCard.self,
            ServerCard(
                serverName: "sotto.example", serverKey: [UInt8](repeating: 7, count: 32), incarnation: .sample,
                shard: .sample, registration: "invite")),
        Specimen(ServerTime.self, ServerTime(time: endOfTime)),
        Specimen(NewInvite.self, NewInvite(uses: 100_000, days: 365)),
        Specimen(Invite.self, Invite(code: String(repeating: "A", count: 43), uses: 1, expiresAt: epoch)),
    ]
}
