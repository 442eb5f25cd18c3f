import Chat
import Keys
import Transport
import Wire

/// What the routes and the sockets work with. Built once, by ``Server``. A class, since every command holds it, and two
/// dozen references would be counted up and down for each.
final class Services: Sendable {
    let configuration: ServerConfiguration
    let chat: ChatEngine
    /// What the server signs with in its own name.
    let signingKey: ServerSigningKey
    /// The stretch of the store's history that is told to clients.
    let incarnation: IncarnationID
    let treeHeads: TreeHeads
    let franking: FrankingSecrets
    let media: MediaHouse
    let mediaLinks: MediaLinks
    let challenges: Challenges
    let limiters: Limiters
    /// For what is read for clients and is not written to their connections yet.
    let answers: AnswerRoom
    /// For the bodies of requests that are being answered.
    let bodies: ByteRoom
    let origins: Origins
    let metrics: Metrics
    let log: Log

    /// - Parameters:
    ///   - kept: what the store keeps for the server itself.
    ///   - secret: from which the keys are made that nothing is stored for.
    init(
        _ configuration: ServerConfiguration, _ chat: ChatEngine, _ media: MediaHouse, _ kept: KeptSecrets,
        _ secret: borrowing ServerSecret
    ) {
        self.configuration = configuration
        self.chat = chat
        signingKey = kept.signingKey
        incarnation = kept.incarnation
        treeHeads = TreeHeads(signedBy: kept.signingKey)
        franking = kept.franking
        self.media = media
        mediaLinks = MediaLinks(key: secret.mediaLinkKey(), clock: chat.clock)
        challenges = Challenges(key: secret.challengeKey())
        limiters = Limiters(configuration)
        answers = AnswerRoom(byteCountMax: configuration.answerByteCountMax)
        bodies = ByteRoom(byteCountMax: configuration.answerByteCountMax)
        origins = Origins(configuration.origins)
        metrics = Metrics()
        log = Log(level: configuration.logLevel, form: configuration.logForm ?? .usual, clock: chat.clock)
    }

    /// Works off what deleted accounts have left.
    var eraser: AccountEraser { AccountEraser(chat: chat, files: media.files) }

    /// Whom limits by address count.
    func limitKey(of exchange: HTTPExchange) -> String {
        configuration.proxies.limitKey(
            peer: exchange.remoteAddress, forwarded: exchange.head.headers.all("x-forwarded-for"))
    }

    /// Counts a refusal against whoever asks, unless it is one that a client comes to by doing everything right.
    /// - Parameter key: of the device, or of the address of who is not logged in.
    /// - Returns: what to answer: `rate-limited` in its place, where there were too many.
    func counted(_ refusal: Problem, by key: String) -> Problem {
        if refusal.code == .quotaExceeded { metrics.countOverQuota() }
        switch refusal.code {
        case .mismatchedDevices, .tokenExpired, .rateLimited: return refusal
        case .quotaExceeded: break
        case _ where refusal.code.status >= 500: return refusal
        default: break
        }
        do throws(Problem) {
            try limiters.refusals.take(key, now: chat.clock())
            return refusal
        } catch {
            return error
        }
    }

    /// So many bytes of an answer weigh as much as another request.
    static let answerBytesPerRequest = 16 << 10

    /// Counts what an answer of so many bytes has cost, above a request alone.
    func weigh(_ reply: Reply, byteCount: Int) {
        guard let key = reply.limitKey, byteCount >= Self.answerBytesPerRequest else { return }
        limiters.requests.spend(key, count: byteCount / Self.answerBytesPerRequest, now: chat.clock())
    }

    /// Whose access token this is, who wants to open a socket.
    /// - Throws: as ``authenticate(_:)``; `rate-limited`.
    func admit(_ token: PresentedToken) async throws(Problem) -> DeviceAddress {
        let device = try await authenticate(token)
        try limiters.sockets.take(device.account, now: chat.clock())
        return device
    }

    /// Whose access token this is.
    /// - Throws: `unauthenticated`; `token-expired`.
    func authenticate(_ token: PresentedToken) async throws(Problem) -> DeviceAddress {
        try await chat.look { (look) throws(Problem) in try look.authenticate(token).0 }
    }
}

/// What the store keeps for the server itself.
struct KeptSecrets: Sendable {
    let signingKey: ServerSigningKey
    let franking: FrankingSecrets
    let incarnation: IncarnationID
}

/// Every named bucket.
struct Limiters: Sendable {
    /// HTTP requests, by device or, before login, by address.
    let requests: RateLimiter<String>
    /// Requests that were refused, the same way.
    let refusals: RateLimiter<String>
    let registrations: RateLimiter<String>
    let logins: RateLimiter<String>
    /// Prekey claims, by claimer and target.
    let claims: RateLimiter<String>
    let sends: RateLimiter<DeviceAddress>
    /// Sockets that are opened, weighed by what that reads.
    let sockets: RateLimiter<AccountID>
    /// Requests of those who do not say who they are, by address.
    let sealedRequests: RateLimiter<String>
    /// What they send, by recipient; counted behind the right token only.
    let sealedDeliveries: RateLimiter<AccountID>
    let sealedClaims: RateLimiter<AccountID>
    /// Bytes of what they send, by address and recipient: of all who know a token, none fills the room alone.
    private let sealedBytes: RateLimiter<SealedPath>
    let reports: RateLimiter<AccountID>
    /// Leases of media, made and let go.
    let leases: RateLimiter<DeviceAddress>
    /// New device lists, by account.
    let deviceLists: RateLimiter<AccountID>

    init(_ configuration: ServerConfiguration) {
        let limits = configuration.limits
        requests = RateLimiter(name: "requests", rate: limits.requests)
        refusals = RateLimiter(name: "refused requests", rate: limits.refusals)
        registrations = RateLimiter(name: "registrations", rate: limits.registrations)
        logins = RateLimiter(name: "logins", rate: limits.logins)
        claims = RateLimiter(name: "claims", rate: limits.claims)
        sends = RateLimiter(name: "sends and posts", rate: limits.sends)
        sockets = RateLimiter(name: "sockets", rate: limits.sockets)
        sealedRequests = RateLimiter(name: "sealed requests", rate: limits.sealedRequests)
        leases = RateLimiter(name: "leases", rate: limits.leases)
        reports = RateLimiter(name: "reports", rate: limits.reports)
        deviceLists = RateLimiter(name: "device lists", rate: limits.deviceLists)
        sealedClaims = RateLimiter(name: "sealed claims", rate: limits.sealedClaims)
        sealedDeliveries = RateLimiter(name: "sealed deliveries", rate: limits.sealedDeliveries)
        sealedBytes = RateLimiter(name: "sealed bytes", rate: limits.sealedBytes)
    }

    /// Counts a sealed send, behind the right token. The address's own share first: whoever is past it takes nothing
    /// from the recipient's.
    func takeSealedDelivery(
        to recipient: AccountID, byteCount: Int, from address: String, now: Timestamp
    ) throws(Problem) {
        try sealedBytes.take(SealedPath(address: address, recipient: recipient), count: byteCount, now: now)
        try sealedDeliveries.take(recipient, now: now)
    }

    private struct SealedPath: Hashable, Sendable {
        let address: String
        let recipient: AccountID
    }
}
