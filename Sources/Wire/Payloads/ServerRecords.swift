/// What a server says of itself to anybody (`/.well-known/sotto`).
public struct ServerCard: WireRecord, Equatable {
    public var serverName: String
    /// Ed25519, 32 bytes: what the server signs with in its own name.
    public var serverKey: [UInt8]
    /// As in `hello`.
    public var incarnation: IncarnationID
    /// What the id of a new account begins with.
    public var shard: Shard
    /// Who may register: a word of the configuration.
    public var registration: String

    public init(fields: inout Fields<Self>) throws(WireError) {
        serverName = try fields.text("serverName", \.serverName, length: 1...253)
        serverKey = try fields.bytes("serverKey", \.serverKey, count: 32)
        incarnation = try fields.value("incarnation", \.incarnation)
        shard = try fields.value("shard", \.shard)
        registration = try fields.text("registration", \.registration, length: 1...20)
        _ = try fields.text("api", { (_) in "/v1" }, length: 1...100)
        _ = try fields.text("socket", { (_) in "/v1/ws" }, length: 1...100)
        _ = try fields.text("description", { (_) in "/v1/openapi.json" }, length: 1...100)
    }
}

/// The bounds of this version, for who writes a client.
public struct Capabilities: WireRecord, Equatable {
    private static let bounds: [(String, UInt64)] = [
        ("frameByteCountMax", UInt64(Limits.frameByteCountMax)),
        ("sealedBodyByteCountMax", UInt64(Limits.sealedBodyByteCountMax)),
        ("textLengthMax", UInt64(Limits.textLengthMax)),
        ("devicesPerAccountMax", UInt64(Limits.devicesPerAccountMax)),
        ("membersMax", UInt64(Limits.membersMax)),
        ("oneTimePreKeysPerUploadMax", UInt64(Limits.oneTimePreKeysPerUploadMax)),
        ("oneTimePreKeysStoredMax", UInt64(Limits.oneTimePreKeysStoredMax)),
        ("pageItemsMax", UInt64(Limits.pageItemsMax)),
        ("queueDays", Limits.queueDays),
        ("heartbeatMs", Limits.heartbeatMilliseconds),
        ("offlineAfterMs", Limits.offlineAfterMilliseconds),
        ("typingTtlMs", Limits.typingMilliseconds),
    ]

    public init() {}

    public init(fields: inout Fields<Self>) throws(WireError) {
        for (name, value) in Self.bounds { _ = try fields.number(name, { (_) in value }) }
    }
}

/// The server's clock.
public struct ServerTime: WireRecord, Equatable {
    public var time: Timestamp

    public init(fields: inout Fields<Self>) throws(WireError) { time = try fields.value("time", \.time) }
}

/// An invitation that the operator asks for.
public struct NewInvite: WireRecord, Equatable {
    /// How many may register with it.
    public var uses: UInt64 = 1
    public var days: UInt64 = 7

    public init(fields: inout Fields<Self>) throws(WireError) {
        uses = try fields.number("uses", \.uses, in: 1...100_000, or: 1)
        days = try fields.number("days", \.days, in: 1...365, or: 7)
    }
}

/// An invitation to register.
public struct Invite: WireRecord, Equatable {
    /// 43 characters of base64url; the server keeps its hash only.
    public var code: String
    public var uses: UInt64
    public var expiresAt: Timestamp

    public init(fields: inout Fields<Self>) throws(WireError) {
        code = try fields.text("code", \.code, length: 43...43)
        uses = try fields.number("uses", \.uses, in: 1...100_000)
        expiresAt = try fields.value("expiresAt", \.expiresAt)
    }
}
