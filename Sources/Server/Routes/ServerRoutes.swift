import Chat
import Keys
import Wire

/// What the server says of itself.
enum ServerRoutes {
    /// Printed at the first request, then kept.
    private static let openAPI = encoded(OpenAPI.document(of: Route.all))
    private static let asyncAPI = encoded(AsyncAPI.document(version: OpenAPI.version))

    private static func encoded(_ value: WireValue) -> [UInt8] {
        var writer = WireWriter(form: .json)
        value.write(to: &writer)
        return writer.bytes
    }

    static let all: [Route] = [
        Route(
            .get, "/.well-known/sotto", area: "server", "Name, versions and addresses of this server", access: .none,
            gives: ServerCard.schema
        ) { (call) throws(Problem) in
            let configuration = call.services.configuration
            return Reply(
                ServerCard(
                    serverName: configuration.serverName, serverKey: call.services.signingKey.publicKey.bytes,
                    incarnation: call.services.incarnation, shard: call.chat.shard,
                    registration: configuration.registration.rawValue))
        },
        Route(
            .get, "/v1/capabilities", area: "server", "The bounds a client should know", access: .none,
            gives: Capabilities.schema
        ) { (_) throws(Problem) in Reply(Capabilities()) },
        Route(
            .get, "/v1/time", area: "server", "The server's clock", access: .none, gives: ServerTime.schema
        ) { (call) throws(Problem) in Reply(ServerTime(time: call.chat.clock())) },
        Route(
            .get, "/v1/openapi.json", area: "server", "This description (OpenAPI 3.1)", access: .none,
            givesMediaType: "application/json"
        ) { (_) throws(Problem) in Reply(bytes: openAPI, mediaType: "application/json") },
        Route(
            .get, "/v1/asyncapi.json", area: "server", "The description of the WebSocket (AsyncAPI 3.0)", access: .none,
            givesMediaType: "application/json"
        ) { (_) throws(Problem) in Reply(bytes: asyncAPI, mediaType: "application/json") },
    ]
}

struct ServerCard: WireRecord {
    var serverName: String
    /// Ed25519, 32 bytes: what the server signs with in its own name.
    var serverKey: [UInt8]
    /// As in `hello`.
    var incarnation: IncarnationID
    /// What the id of a new account begins with.
    var shard: Shard
    var registration: String

    init(serverName: String, serverKey: [UInt8], incarnation: IncarnationID, shard: Shard, registration: String) {
        self.serverName = serverName
        self.serverKey = serverKey
        self.incarnation = incarnation
        self.shard = shard
        self.registration = registration
    }

    init(fields: inout Fields<Self>) throws(WireError) {
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

struct Capabilities: WireRecord {
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

    init() {}

    init(fields: inout Fields<Self>) throws(WireError) {
        for (name, value) in Self.bounds { _ = try fields.number(name, { (_) in value }) }
    }
}

struct ServerTime: WireRecord {
    var time: Timestamp

    init(time: Timestamp) { self.time = time }
    init(fields: inout Fields<Self>) throws(WireError) { time = try fields.value("time", \.time) }
}
