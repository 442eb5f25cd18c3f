import Chat
import Crypto
import Keys
import Wire

/// Registration, login, devices: who is who.
enum AccountRoutes {
    static let all: [Route] = registration + login + devices + [deletion]

    private static let registration: [Route] = [
        Route(Endpoints.register) { (call, request) throws(Problem) in
            let verified = try VerifiedRegistration(request, now: call.chat.clock())
            let invite = request.invite.flatMap { PresentedToken(text: $0) }
            let mode = call.services.configuration.registration
            let tokens = MintedTokens()
            // No idempotency key here: a kept reply would keep the tokens readable. A retry that hears
            // `account-taken` logs in instead.
            return try await call.commit { (turn) throws(Problem) in
                if mode == .invite, request.invite != nil, invite == nil {
                    throw Problem(.inviteInvalid, "Ask for a new invitation.")
                }
                return try turn.register(verified, mode: mode, invite: invite, tokens: tokens)
            }
        },
        Route(Endpoints.account) { (call, whom) throws(Problem) in
            let account = whom.account(askedBy: call.account)
            return try await view(call) { (look) throws(Problem) in try look.account(account) }
        },
        Route(Endpoints.handle) { (call, handle) throws(Problem) in
            try await view(call) { (look) throws(Problem) in try look.account(handle: handle) }
        },
    ]

    /// An account as others see it, with the proof that its list is in the key log.
    private static func view(
        _ call: Call, _ find: @escaping @Sendable (Look) throws(Problem) -> AccountView
    ) async throws(Problem) -> AccountView {
        let (known, heads) = (try call.asked(Parameters.treeSize), call.services.treeHeads)
        return try await call.look { (look) throws(Problem) in try find(look).proven(in: look, since: known, heads) }
    }

    private static let login: [Route] = [
        Route(Endpoints.challenge) { (call, request) throws(Problem) in
            let address = DeviceAddress(account: request.account, device: request.device)
            let (challenge, expiresAt) = call.services.challenges.issue(to: address, now: call.chat.clock())
            return Challenge(
                challenge: challenge, serverName: call.services.configuration.serverName, expiresAt: expiresAt)
        },
        Route(Endpoints.token) { (call, request) throws(Problem) in
            switch (request.signed, request.refreshToken) {
            case (let signed?, nil): return try await logIn(signed, call)
            case (nil, let text?): return try await refresh(text, call)
            default: throw Problem(.malformed, "Exactly one of signed and refreshToken.")
            }
        },
        Route(Endpoints.logOut) { (call) throws(Problem) in
            guard let token = call.caller?.token else {
                throw Problem(.malformed, "Log out by HTTP, with the token that ends.")
            }
            return try await call.commit { (turn) throws(Problem) in try turn.logOut(token) }
        },
    ]

    /// What was made up takes nothing from those behind the same address.
    private static func logIn(_ signed: SignedChallenge, _ call: Call) async throws(Problem) -> TokenPair {
        let refusal = Problem(.unauthenticated, "The login was not accepted.")
        let address = DeviceAddress(account: signed.account, device: signed.device)
        let challenges = call.services.challenges
        let standing = challenges.standing(signed.challenge, for: address)
        let identity = try await call.look { (look) throws(Problem) in try look.identity(of: address) }
        guard let standing, let challenge = try? LoginChallenge(signed.challenge),
            let login = Login(
                serverName: call.services.configuration.serverName, challenge: challenge, address: address),
            let signature = try? Ed25519.Signature(signed.signature), login.isSigned(by: identity, signature)
        else { throw refusal }
        try call.takeLogin(of: address)
        guard try challenges.spend(standing) else { throw refusal }
        let tokens = MintedTokens()
        do throws(Problem) {
            return try await call.commit { (turn) throws(Problem) in try turn.logIn(address, tokens: tokens) }
        } catch {
            // Nobody has tokens by it: the same answer may come again.
            challenges.giveBack(standing)
            throw error
        }
    }

    /// A token that nobody was given takes nothing from those behind the same address, and no time of the writer.
    private static func refresh(_ text: String, _ call: Call) async throws(Problem) -> TokenPair {
        let refusal = Problem(.unauthenticated, "Log in again with a signed challenge.")
        guard let token = PresentedToken(text: text),
            let device = try await call.look({ (look) throws(Problem) in try look.device(renewing: token) })
        else { throw refusal }
        try call.takeLogin(of: device)
        guard let pair = try await call.chat.commit({ (turn) throws(Problem) in try turn.refresh(token) }) else {
            throw refusal
        }
        return pair
    }

    private static let devices: [Route] = [
        Route(Endpoints.devices) { (call) throws(Problem) in
            let account = call.account
            return try await call.look { (look) throws(Problem) in try look.ownDevices(of: account) }
        },
        Route(Endpoints.changeDevices) { (call, change) throws(Problem) in
            let caller = call.device
            let row = try await call.look { (look) throws(Problem) in try look.accountRow(caller.account) }
            let verified = try VerifiedListChange(change, of: row, now: call.chat.clock())
            let (known, heads) = (try call.asked(Parameters.treeSize), call.services.treeHeads)
            return try await call.commit { (turn) throws(Problem) in
                try turn.changeDevices(verified, of: caller.account, by: caller)
                    .proven(in: turn.look, since: known, heads)
            }
        },
    ]
}
