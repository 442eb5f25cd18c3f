@testable import Client

extension Account {
    /// Reaches behind the handles, where the rooms are.
    func inside<Value: Sendable>(_ body: @Sendable (Rooms) throws -> Value) async throws -> Value {
        try await owner.run { (rooms) async throws in try body(rooms) }
    }

    /// What this device logs in with.
    func accessTokenForTests(insteadOf refused: String? = nil) async throws(ClientError) -> String {
        try await owner.run { (rooms) async throws(ClientError) in
            try await rooms.signed.accessToken(insteadOf: refused)
        }
    }
}
