/// What the server says on the socket. One WebSocket message is one frame.
public enum ServerFrame: WireUnion, Equatable {
    /// First, once the client is known.
    case hello(Hello)
    /// A send or post is durable.
    case accepted(Accepted)
    /// A send or post was refused, and why.
    case refused(Refused)
    /// The next entry of this device's queue.
    case envelope(Envelope)
    /// The next entry of a conversation's log.
    case event(LogEntry)
    /// The queue was read to its end; what follows is live.
    case queueEmpty(QueueEmpty)
    /// The answer to a `req`.
    case response(Response)
    /// Something about this device that is not a message.
    case notice(Notice)
    case pong(ClientFrame.Ping)
    /// The server is going; reconnect after the time given, plus jitter.
    case goaway(Goaway)
    /// A frame could not be read; the connection goes on.
    case error(Failure)
    /// A frame that a later server knows; a client that meets it goes on.
    case unknown(tag: String)

    /// Who the server takes the client for, and the bounds both keep to.
    public struct Hello: WireRecord, Equatable {
        public var account: AccountID
        public var device: DeviceID
        /// The stretch of the server's history in which nothing was lost: another one than before says that something
        /// was, after which a device may be ahead of the server.
        public var incarnation: IncarnationID
        public var serverTime: Timestamp
        public var heartbeatMilliseconds: UInt64
        public var offlineAfterMilliseconds: UInt64
        public var typingMilliseconds: UInt64
        public var frameByteCountMax: UInt64
        public var sealedBodyByteCountMax: UInt64

        public init(account: AccountID, device: DeviceID, incarnation: IncarnationID, serverTime: Timestamp) {
            self.account = account
            self.device = device
            self.incarnation = incarnation
            self.serverTime = serverTime
            heartbeatMilliseconds = Limits.heartbeatMilliseconds
            offlineAfterMilliseconds = Limits.offlineAfterMilliseconds
            typingMilliseconds = Limits.typingMilliseconds
            frameByteCountMax = UInt64(Limits.frameByteCountMax)
            sealedBodyByteCountMax = UInt64(Limits.sealedBodyByteCountMax)
        }

        public init(fields: inout Fields) throws(WireError) {
            account = try fields.value("account")
            device = try fields.value("device")
            incarnation = try fields.value("incarnation")
            serverTime = try fields.value("serverTime")
            heartbeatMilliseconds = try fields.number("heartbeatMs", in: 100...3_600_000)
            offlineAfterMilliseconds = try fields.number("offlineAfterMs", in: 100...3_600_000)
            typingMilliseconds = try fields.number("typingTtlMs", in: 100...3_600_000)
            frameByteCountMax = try fields.number("frameByteCountMax")
            sealedBodyByteCountMax = try fields.number("sealedBodyByteCountMax")
        }

        public func write(fields writer: inout WireWriter) {
            writer.put("account", account)
            writer.put("device", device)
            writer.put("incarnation", incarnation)
            writer.put("serverTime", serverTime)
            writer.put("heartbeatMs", number: heartbeatMilliseconds)
            writer.put("offlineAfterMs", number: offlineAfterMilliseconds)
            writer.put("typingTtlMs", number: typingMilliseconds)
            writer.put("frameByteCountMax", number: frameByteCountMax)
            writer.put("sealedBodyByteCountMax", number: sealedBodyByteCountMax)
        }
    }

    /// Why a send or post was not accepted. The client id says which.
    public struct Refused: WireRecord, Equatable {
        public var clientID: ClientID
        public var problem: Problem

        public init(clientID: ClientID, problem: Problem) {
            self.clientID = clientID
            self.problem = problem
        }

        public init(fields: inout Fields) throws(WireError) {
            clientID = try fields.value("clientId")
            problem = try fields.value("problem")
        }

        public func write(fields writer: inout WireWriter) {
            writer.put("clientId", clientID)
            writer.put("problem", problem)
        }
    }

    /// Everything that was waiting has been sent.
    public struct QueueEmpty: WireRecord, Equatable {
        /// The last number that was ever given out in this queue.
        public var through: QueueNumber

        public init(through: QueueNumber) { self.through = through }
        public init(fields: inout Fields) throws(WireError) { through = try fields.value("through") }
        public func write(fields writer: inout WireWriter) { writer.put("through", through) }
    }

    /// The answer to the `req` with the same id: what HTTP would have answered.
    public struct Response: WireRecord, Equatable {
        public var id: UInt64
        public var status: UInt64
        public var body: WireValue?

        public init(id: UInt64, status: UInt64, body: WireValue?) {
            self.id = id
            self.status = status
            self.body = body
        }

        public init(fields: inout Fields) throws(WireError) {
            id = try fields.number("id", in: 0...UInt64(1) << 53)
            status = try fields.number("status", in: 100...599)
            body = try fields.valueIfPresent("body")
        }

        public func write(fields writer: inout WireWriter) {
            writer.put("id", number: id)
            writer.put("status", number: status)
            writer.put("body", body)
        }
    }

    /// Something to act upon soon; what it is about says whether `count` comes with it.
    public struct Notice: WireRecord, Equatable {
        /// What a notice is about.
        public enum Topic: String, WireEnumeration {
            /// Few one-time prekeys are left; `count` says how many.
            case keysLow = "keys.low"
            /// This account's device list has a new epoch.
            case devicesChanged = "devices.changed"
            /// Open media are ready, or were refused; `media` says which.
            case media
        }

        public static let name = "Notice"
        /// What it is about, and how many where that is a number.
        public var topic: Topic
        public var count: UInt64?
        /// Which media.
        public var media: MediaID?

        public init(topic: Topic, count: UInt64? = nil, media: MediaID? = nil) {
            self.topic = topic
            self.count = count
            self.media = media
        }

        public init(fields: inout Fields) throws(WireError) {
            topic = try fields.value("topic")
            count = try fields.numberIfPresent("count")
            media = try fields.valueIfPresent("media")
        }

        public func write(fields writer: inout WireWriter) {
            writer.put("topic", topic)
            writer.put("count", number: count)
            writer.put("media", media)
        }
    }

    /// Announces the end of the connection, and when to come back.
    public struct Goaway: WireRecord, Equatable {
        public var reason: String
        public var retryAfterMilliseconds: UInt64

        public init(reason: String, retryAfterMilliseconds: UInt64) {
            self.reason = reason
            self.retryAfterMilliseconds = retryAfterMilliseconds
        }

        public init(fields: inout Fields) throws(WireError) {
            reason = try fields.text("reason", length: 1...100)
            retryAfterMilliseconds = try fields.number("retryAfterMs", in: 0...3_600_000)
        }

        public func write(fields writer: inout WireWriter) {
            writer.put("reason", text: reason)
            writer.put("retryAfterMs", number: retryAfterMilliseconds)
        }
    }

    /// Why a frame could not be read.
    public struct Failure: WireRecord, Equatable {
        public var problem: Problem

        public init(problem: Problem) { self.problem = problem }
        public init(fields: inout Fields) throws(WireError) { problem = try fields.value("problem") }
        public func write(fields writer: inout WireWriter) { writer.put("problem", problem) }
    }

    public static let unionName = "ServerFrame"
    public static let tagKey = "t"

    public static var cases: [Schema.Case] {
        [
            .init(tag: "hello", schema: Hello.schema),
            .init(tag: "accepted", schema: Accepted.schema),
            .init(tag: "refused", schema: Refused.schema),
            .init(tag: "envelope", schema: Envelope.schema),
            .init(tag: "event", schema: LogEntry.schema),
            .init(tag: "queueEmpty", schema: QueueEmpty.schema),
            .init(tag: "res", schema: Response.schema),
            .init(tag: "notice", schema: Notice.schema),
            .init(tag: "pong", schema: ClientFrame.Ping.schema),
            .init(tag: "goaway", schema: Goaway.schema),
            .init(tag: "error", schema: Failure.schema),
        ]
    }

    public static var sample: ServerFrame { .queueEmpty(.sample) }

    /// A frame of a later version.
    public static func later(tag: String) -> ServerFrame? { .unknown(tag: tag) }

    public init?(tag: String, fields: inout Fields) throws(WireError) {
        switch tag {
        case "hello": self = .hello(try Hello(fields: &fields))
        case "accepted": self = .accepted(try Accepted(fields: &fields))
        case "refused": self = .refused(try Refused(fields: &fields))
        case "envelope": self = .envelope(try Envelope(fields: &fields))
        case "event": self = .event(try LogEntry(fields: &fields))
        case "queueEmpty": self = .queueEmpty(try QueueEmpty(fields: &fields))
        case "res": self = .response(try Response(fields: &fields))
        case "notice": self = .notice(try Notice(fields: &fields))
        case "pong": self = .pong(try ClientFrame.Ping(fields: &fields))
        case "goaway": self = .goaway(try Goaway(fields: &fields))
        case "error": self = .error(try Failure(fields: &fields))
        default: return nil
        }
    }

    public var tagged: (tag: String, record: any WireRecord) {
        switch self {
        case .hello(let record): ("hello", record)
        case .accepted(let record): ("accepted", record)
        case .refused(let record): ("refused", record)
        case .envelope(let record): ("envelope", record)
        case .event(let record): ("event", record)
        case .queueEmpty(let record): ("queueEmpty", record)
        case .response(let record): ("res", record)
        case .notice(let record): ("notice", record)
        case .pong(let record): ("pong", record)
        case .goaway(let record): ("goaway", record)
        case .error(let record): ("error", record)
        case .unknown(let tag): (tag, UnknownRecord())
        }
    }
}
