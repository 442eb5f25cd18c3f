/// What a client says on the socket. One WebSocket message is one frame.
public enum ClientFrame: WireUnion, Equatable {
    /// First, where the token did not come with the subprotocol.
    case authenticate(Authenticate)
    /// A pairwise send: the same request as `POST /v1/messages/{account}`.
    case send(Send)
    /// A post to a conversation: the same request as `POST /v1/conversations/{id}/messages`.
    case post(Post)
    case delivered(Delivered)
    /// Any HTTP route, inside the socket.
    case request(Request)
    case ping(Ping)

    /// The access token, where the client could not send it with the request for the socket.
    public struct Authenticate: WireRecord, Equatable {
        public var token: String

        public init(fields: inout Fields<Self>) throws(WireError) {
            token = try fields.text("token", \.token, length: 43...43)
        }
    }

    /// A ``SendRequest`` and whom it is for, in one map.
    public struct Send: WireRecord, Equatable {
        public var to: AccountID
        public var request: SendRequest

        public init(fields: inout Fields<Self>) throws(WireError) {
            to = try fields.value("to", \.to)
            request = try fields.embedded(\.request)
        }
    }

    /// A ``PostRequest`` and where it goes, in one map.
    public struct Post: WireRecord, Equatable {
        public var conversation: ConversationID
        public var request: PostRequest

        public init(fields: inout Fields<Self>) throws(WireError) {
            conversation = try fields.value("conversation", \.conversation)
            request = try fields.embedded(\.request)
        }
    }

    /// A route with its query and body; the answer is a ``ServerFrame/Response``.
    public struct Request: WireRecord, Equatable {
        /// Chosen by the client; the answer carries it.
        public var id: UInt64
        public var method: String
        /// With the query, such as `/v1/conversations?limit=20`.
        public var path: String
        public var idempotencyKey: ClientID?
        /// An object in the socket's own form.
        public var body: WireValue?

        public init(fields: inout Fields<Self>) throws(WireError) {
            id = try fields.number("id", \.id, in: 0...UInt64(1) << 53)
            method = try fields.text("method", \.method, length: 1...16)
            path = try fields.text("path", \.path, length: 1...2048)
            idempotencyKey = try fields.valueIfPresent("idempotencyKey", \.idempotencyKey)
            body = try fields.valueIfPresent("body", \.body)
        }
    }

    /// Asks for a pong. Counts as a heartbeat, as every frame does.
    public struct Ping: WireRecord, Equatable {
        /// Anything; the pong repeats it.
        public var stamp: UInt64

        public init(fields: inout Fields<Self>) throws(WireError) {
            stamp = try fields.number("stamp", \.stamp, in: 0...UInt64(1) << 53)
        }
    }

    public static let unionName = "ClientFrame"
    public static let tagKey = "t"

    public static var cases: [Schema.Case] {
        [
            .init(tag: "auth", schema: Authenticate.schema),
            .init(tag: "send", schema: Send.schema),
            .init(tag: "post", schema: Post.schema),
            .init(tag: "delivered", schema: Delivered.schema),
            .init(tag: "req", schema: Request.schema),
            .init(tag: "ping", schema: Ping.schema),
        ]
    }

    public static var sample: ClientFrame { .ping(.sample) }

    public init?(tag: String, map: inout FieldMap) throws(WireError) {
        switch tag {
        case "auth": self = .authenticate(try map.record())
        case "send": self = .send(try map.record())
        case "post": self = .post(try map.record())
        case "delivered": self = .delivered(try map.record())
        case "req": self = .request(try map.record())
        case "ping": self = .ping(try map.record())
        default: return nil
        }
    }

    public var tagged: (tag: String, record: any WireRecord) {
        switch self {
        case .authenticate(let record): ("auth", record)
        case .send(let record): ("send", record)
        case .post(let record): ("post", record)
        case .delivered(let record): ("delivered", record)
        case .request(let record): ("req", record)
        case .ping(let record): ("ping", record)
        }
    }
}
