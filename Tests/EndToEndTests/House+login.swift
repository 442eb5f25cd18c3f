import Crypto
import Keys
import TestKit
import Wire

extension House {
    func logIn(_ device: PersonDevice) async throws -> TokenPair { try await api.logIn(device) }

    func signedChallenge(_ device: PersonDevice) async throws -> SignedChallenge {
        try await api.signedChallenge(device)
    }
}

extension APIClient {
    /// Logs a device in by signing a challenge.
    func logIn(_ device: PersonDevice) async throws -> TokenPair {
        try await call("POST", "/v1/auth/token", TokenRequest(signed: signedChallenge(device)))
    }

    /// A challenge for a device, with its answer.
    func signedChallenge(_ device: PersonDevice) async throws -> SignedChallenge {
        let challenge: Challenge = try await call(
            "POST", "/v1/auth/challenge",
            ChallengeRequest(account: device.address.account, device: device.address.device))
        guard
            let login = Login(
                serverName: challenge.serverName, challenge: try LoginChallenge(challenge.challenge),
                address: device.address)
        else { preconditionFailure("a server with a name of a legal length") }
        return SignedChallenge(
            account: device.address.account, device: device.address.device, challenge: challenge.challenge,
            signature: login.signed(by: device.identity).bytes)
    }
}
