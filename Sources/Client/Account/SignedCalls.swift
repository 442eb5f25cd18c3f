import Crypto
import Keys
import Wire

/// Asks the server as this device: logged in, and logged in again when the server asks for it.
final class SignedCalls: Room {
    private let keyLog: KeyLogFollower
    /// Whether the server was asked for its key since this began.
    var isServerKnown = false
    /// A login that is under way, for whoever needs one meanwhile.
    private var login: Undertaking<Result<TokenPair, ClientError>?>?

    init(_ ground: Ground, _ keyLog: KeyLogFollower) {
        self.keyLog = keyLog
        super.init(ground)
    }

    /// Asks with a record, as this device.
    @discardableResult
    func run<Reads, Gives, each Place>(
        _ endpoint: Endpoint<Reads, Gives, repeat each Place>, _ places: repeat each Place, query: [Argument] = [],
        body: Reads, headers: [Argument] = []
    ) async throws(ClientError) -> Gives {
        try await asThisDevice(endpoint.facts, headers) { (calls, manner) throws(ClientError) in
            try await calls.run(endpoint, repeat each places, query: query, body: body, as: manner)
        }
    }

    /// Asks with nothing, as this device.
    @discardableResult
    func run<Gives, each Place>(
        _ endpoint: Endpoint<Nothing, Gives, repeat each Place>, _ places: repeat each Place, query: [Argument] = [],
        headers: [Argument] = []
    ) async throws(ClientError) -> Gives {
        try await asThisDevice(endpoint.facts, headers) { (calls, manner) throws(ClientError) in
            try await calls.run(endpoint, repeat each places, query: query, as: manner)
        }
    }

    /// Asks once, and once more with a fresh token where the first was not taken.
    private func asThisDevice<Gives: Sendable>(
        _ endpoint: EndpointFacts, _ headers: [Argument],
        _ ask: (ServerCalls, ServerCalls.Manner) async throws(ClientError) -> Gives
    ) async throws(ClientError) -> Gives {
        let token = try await accessToken()
        let calls = try calls
        var manner = ServerCalls.Manner(token: token, headers: headers)
        if endpoint.repetition == .key { manner.idempotencyKey = .random() }
        do {
            return try await ask(calls, manner)
        } catch {
            guard error.asksForLogin else { throw error }
        }
        manner.token = try await accessToken(insteadOf: token)
        return try await ask(calls, manner)
    }

    /// An access token that has some time left.
    /// - Parameter refused: one that the server did not take, whatever its time.
    func accessToken(insteadOf refused: String? = nil) async throws(ClientError) -> String {
        if !isServerKnown {
            try await keyLog.requireSameServer(try readyProfile().0)
            isServerKnown = true
        }
        if let tokens = try read(.tokens), tokens.accessToken != refused,
            tokens.accessExpiresAt > surroundings.now().adding(seconds: ClientLimits.tokenMarginSeconds) {
            return tokens.accessToken
        }
        return try await renewTokens().accessToken
    }

    /// Renews once for all who need it meanwhile.
    private func renewTokens() async throws(ClientError) -> TokenPair {
        let renewal = login ?? ground.errands.undertake { (rooms) in await rooms.signed.renew() }
        login = renewal
        guard let outcome = await renewal.value(), let result = outcome else { throw .cancelled }
        return try result.get()
    }

    fileprivate func renew() async -> Result<TokenPair, ClientError> {
        defer { login = nil }
        do throws(ClientError) {
            return .success(try await refreshOrLogIn())
        } catch {
            return .failure(error)
        }
    }

    private func refreshOrLogIn() async throws(ClientError) -> TokenPair {
        let (profile, own) = try readyProfile()
        if let tokens = try read(.tokens), tokens.refreshExpiresAt > surroundings.now() {
            try await keyLog.requireSameServer(profile)
            do {
                let request = TokenRequest(refreshToken: tokens.refreshToken)
                let fresh = try await calls.run(Endpoints.token, body: request)
                try keep(fresh)
                return fresh
            } catch {
                // A crash between the server's answer and our write leaves a used token here: sign instead.
                guard error.asksForLogin else { throw error }
            }
        }
        let fresh = try await signedLogin(own, profile)
        try keep(fresh)
        return fresh
    }

    private func keep(_ tokens: TokenPair) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.put(tokens, at: .tokens)
        try commit(transaction)
    }

    /// Signs a challenge of the server with the device's key.
    func signedLogin(_ own: DeviceAddress, _ profile: Profile) async throws(ClientError) -> TokenPair {
        let challenge = try await challenge(for: own, profile)
        guard let login = Login(serverName: profile.serverName, challenge: challenge, address: own) else {
            throw .unexpectedAnswer(status: 200)
        }
        let identity = try deviceIdentity(profile)
        let signed = SignedChallenge(
            account: own.account, device: own.device, challenge: challenge.bytes,
            signature: login.signed(by: identity.keys).bytes)
        do {
            return try await calls.run(Endpoints.token, body: TokenRequest(signed: signed))
        } catch {
            guard error.asksForLogin else { throw error }
            if profile.stage == .ready { try forgetCertificate() }
            throw profile.asksDeletion ? .accountDeleted : .unlinked
        }
    }

    /// Nothing goes out any more without asking the server who this is: of what hides its sender it would not say.
    private func forgetCertificate() throws(ClientError) {
        guard try read(.certificate) != nil else { return }
        var transaction = StoreTransaction()
        transaction.remove(StoreKey.certificate)
        try commit(transaction)
    }

    /// Something to sign, from the server that it should be from.
    func challenge(for own: DeviceAddress, _ profile: Profile) async throws(ClientError) -> LoginChallenge {
        try await keyLog.requireSameServer(profile)
        let asked = ChallengeRequest(account: own.account, device: own.device)
        let challenge = try await calls.run(Endpoints.challenge, body: asked)
        guard challenge.serverName == profile.serverName else {
            throw .wrongServerName(expected: profile.serverName, found: challenge.serverName)
        }
        guard let bytes = try? LoginChallenge(challenge.challenge) else { throw .unexpectedAnswer(status: 200) }
        return bytes
    }

}

extension ClientError {
    /// Whether the server did not take the token.
    var asksForLogin: Bool {
        guard case .refused(let problem) = self else { return false }
        return switch problem.code {
        case .unauthenticated, .tokenExpired: true
        case .later: problem.status == 401
        default: false
        }
    }

    /// Whether the same request may well succeed later.
    var isPassing: Bool {
        switch self {
        case .unreachable, .cancelled, .unreadableEnvelope: true
        case .unexpectedAnswer(let status, _): status == 429 || status >= 500
        case .refused(let problem):
            switch problem.code {
            case .rateLimited, .overloaded, .shuttingDown, .storageFull, .internalError, .requestTimeout: true
            case .later: problem.status == 429 || problem.status >= 500
            default: false
            }
        default: false
        }
    }
}
