import Chat
import Crypto
import Keys
import Wire

/// Registration, login, devices: who is who.
enum AccountRoutes {
    static let all: [Route] = registration + login + devices + [deletion]

    static let registration: [Route] = [
        Route(
            .post, "/v1/accounts", area: "accounts", "Create an account with its first device and keys, and log it in",
            access: .none, reads: RegistrationRequest.schema, gives: Registered.schema, status: 201,
            problems: [.handleTaken, .accountTaken, .badSignature, .prekeyStale, .inviteRequired, .inviteInvalid],
            bodyByteCountMax: 512 * 1024
        ) { (call) throws(Problem) in
            let now = call.chat.clock()
            try call.services.limiters.registrations.take(call.remoteAddress, now: now)
            let request = try call.read(RegistrationRequest.self)
            let verified = try VerifiedRegistration(request, now: now)
            let invite = request.invite.flatMap { PresentedToken(text: $0) }
            let mode = call.services.configuration.registration
            let tokens = MintedTokens()
            // No idempotency key here: a kept reply would keep the tokens readable. A retry that hears
            // `account-taken` logs in instead.
            let registered = try await call.chat.commit { (turn) throws(Problem) in
                if mode == .invite, request.invite != nil, invite == nil {
                    throw Problem(.inviteInvalid, "Ask for a new invitation.")
                }
                return try turn.register(verified, mode: mode, invite: invite, tokens: tokens)
            }
            return Reply(status: 201, registered)
        },
        Route(
            .get, "/v1/accounts/{account}", area: "accounts",
            "Look an account up by its id; `me` is the caller's own", query: [TransparencyRoutes.treeSizeParameter],
            gives: AccountView.schema
        ) { (call) throws(Problem) in
            let account: AccountID = call.places["account"] == "me" ? call.device.account : try call.place("account")
            return try await view(call) { (look) throws(Problem) in try look.account(account) }
        },
        Route(
            .get, "/v1/handles/{handle}", area: "accounts", "Look an account up by its handle",
            query: [TransparencyRoutes.treeSizeParameter], gives: AccountView.schema
        ) { (call) throws(Problem) in
            guard let handle = call.places["handle"].flatMap({ Handle(text: $0) }) else {
                throw Problem(.notFound, "There is no such handle.")
            }
            return try await view(call) { (look) throws(Problem) in try look.account(handle: handle) }
        },
    ]

    /// An account as others see it, with the proof that its list is in the key log.
    private static func view(
        _ call: Call, _ find: @escaping @Sendable (Look) throws(Problem) -> AccountView
    ) async throws(Problem) -> Reply {
        let known = try call.knownTreeSize()
        let heads = call.services.treeHeads
        return Reply(
            try await call.chat.look { (look) throws(Problem) in
                try find(look).proven(in: look, since: known, heads)
            })
    }

    static let login: [Route] = [
        Route(
            .post, "/v1/auth/challenge", area: "accounts", "Ask for a challenge to sign with the device key",
            access: .none, reads: ChallengeRequest.schema, gives: Challenge.schema
        ) { (call) throws(Problem) in
            let now = call.chat.clock()
            try call.services.limiters.logins.take(call.remoteAddress, now: now)
            let request = try call.read(ChallengeRequest.self)
            let address = DeviceAddress(account: request.account, device: request.device)
            let (challenge, expiresAt) = call.services.challenges.issue(to: address, now: now)
            return Reply(
                Challenge(
                    challenge: challenge, serverName: call.services.configuration.serverName, expiresAt: expiresAt))
        },
        Route(
            .post, "/v1/auth/token", area: "accounts",
            "Exchange a signed challenge, or a refresh token, for a new pair of tokens",
            access: .none, reads: TokenRequest.schema, gives: TokenPair.schema, problems: [.unauthenticated]
        ) { (call) throws(Problem) in
            try call.services.limiters.logins.take(call.remoteAddress, now: call.chat.clock())
            let request = try call.read(TokenRequest.self)
            switch (request.signed, request.refreshToken) {
            case (let signed?, nil): return Reply(try await logIn(signed, call))
            case (nil, let text?): return Reply(try await refresh(text, call))
            default: throw Problem(.malformed, "Exactly one of signed and refreshToken.")
            }
        },
        Route(
            .delete, "/v1/auth/token", area: "accounts", "Log this device out: its tokens end, its sockets close"
        ) { (call) throws(Problem) in
            guard let token = call.caller?.token else {
                throw Problem(.malformed, "Log out by HTTP, with the token that ends.")
            }
            return try await call.commitNothing { (turn) throws(Problem) in try turn.logOut(token) }
        },
    ]

    private static func logIn(_ signed: SignedChallenge, _ call: Call) async throws(Problem) -> TokenPair {
        let refusal = Problem(.unauthenticated, "The login was not accepted.")
        let address = DeviceAddress(account: signed.account, device: signed.device)
        let challenges = call.services.challenges
        let standing = challenges.standing(signed.challenge, for: address)
        let identity = try await call.chat.look { (look) throws(Problem) in try look.identity(of: address) }
        guard let standing, let challenge = try? LoginChallenge(signed.challenge),
            let login = Login(
                serverName: call.services.configuration.serverName, challenge: challenge, address: address),
            let signature = try? Ed25519.Signature(signed.signature), login.isSigned(by: identity, signature),
            try challenges.spend(standing)
        else { throw refusal }
        let tokens = MintedTokens()
        return try await call.chat.commit { (turn) throws(Problem) in try turn.logIn(address, tokens: tokens) }
    }

    private static func refresh(_ text: String, _ call: Call) async throws(Problem) -> TokenPair {
        guard let token = PresentedToken(text: text),
            let pair = try await call.chat.commit({ (turn) throws(Problem) in try turn.refresh(token) })
        else { throw Problem(.unauthenticated, "Log in again with a signed challenge.") }
        return pair
    }

    static let devices: [Route] = [
        Route(
            .get, "/v1/devices", area: "devices", "The caller's own devices", gives: DeviceViews.schema
        ) { (call) throws(Problem) in
            let account = call.device.account
            return Reply(try await call.chat.look { (look) throws(Problem) in try look.ownDevices(of: account) })
        },
        Route(
            .put, "/v1/devices", area: "devices",
            "Publish the next device list: link the one new device in it, unlink those it has no more",
            query: [TransparencyRoutes.treeSizeParameter], reads: DeviceListChange.schema, gives: AccountView.schema,
            problems: [.badSignature, .staleDeviceList, .prekeyStale], bodyByteCountMax: 512 * 1024
        ) { (call) throws(Problem) in
            let change = try call.read(DeviceListChange.self)
            let caller = call.device
            try call.services.limiters.deviceLists.take(caller.account, now: call.chat.clock())
            let row = try await call.chat.look { (look) throws(Problem) in try look.accountRow(caller.account) }
            let verified = try VerifiedListChange(change, of: row, now: call.chat.clock())
            let known = try call.knownTreeSize()
            let heads = call.services.treeHeads
            return try await call.commit { (turn) throws(Problem) in
                try turn.changeDevices(verified, of: caller.account, by: caller)
                    .proven(in: turn.look, since: known, heads)
            }
        },
    ]
}
