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
    /// A conversation's log goes on further than what was sent of it: in place of entries for which there was no room.
    case head(Head)
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

        public init(fields: inout Fields<Self>) throws(WireError) {
            account = try fields.value("account", \.account)
            device = try fields.value("device", \.device)
            incarnation = try fields.value("incarnation", \.incarnation)
            serverTime = try fields.value("serverTime", \.serverTime)
            heartbeatMilliseconds = try fields.number("heartbeatMs", \.heartbeatMilliseconds, in: 100...3_600_000)
            offlineAfterMilliseconds = try fields.number(
                "offlineAfterMs", \.offlineAfterMilliseconds, in: 100...3_600_000)
            typingMilliseconds = try fields.number("typingTtlMs", \.typingMilliseconds, in: 100...3_600_000)
            frameByteCountMax = try fields.number("frameByteCountMax", \.frameByteCountMax)
            sealedBodyByteCountMax = try fields.number("sealedBodyByteCountMax", \.sealedBodyByteCountMax)
        }
    }

    /// Why a send or post was not accepted. The client id says which.
    public struct Refused: WireRecord, Equatable {
        public var clientID: ClientID
        public var problem: Problem

        public init(fields: inout Fields<Self>) throws(WireError) {
            clientID = try fields.value("clientId", \.clientID)
            problem = try fields.value("problem", \.problem)
        }
    }

    /// How far a conversation's log has come. The entries up to there that did not come are in the log.
    public struct Head: WireRecord, Equatable {
        public var conversation: ConversationID
        public var seq: SequenceNumber

        public init(conversation: ConversationID, seq: SequenceNumber) {
            self.conversation = conversation
            self.seq = seq
        }

        public init(fields: inout Fields<Self>) throws(WireError) {
            conversation = try fields.value("conversation", \.conversation)
            seq = try fields.value("seq", \.seq)
        }
    }

    /// Everything that was waiting has been sent.
    public struct QueueEmpty: WireRecord, Equatable {
        /// The last number that was ever given out in this queue.
        public var through: QueueNumber

        public init(fields: inout Fields<Self>) throws(WireError) { through = try fields.value("through", \.through) }
    }

    /// The answer to the `req` with the same id: what HTTP would have answered.
    public struct Response: WireRecord, Equatable {
        public var id: UInt64
        public var status: UInt64
        public var body: WireValue?

        public init(fields: inout Fields<Self>) throws(WireError) {
            id = try fields.number("id", \.id, in: 0...UInt64(1) << 53)
            status = try fields.number("status", \.status, in: 100...599)
            body = try fields.valueIfPresent("body", \.body)
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
            /// More conversations than are named in heads have entries that did not come: their list says which.
            case conversationsAhead = "conversations.ahead"
            /// One of a later version; there is nothing to do.
            case later
        }

        public static let name = "Notice"
        /// What it is about, and how many where that is a number.
        public var topic: Topic
        public var count: UInt64?
        /// Which media.
        public var media: MediaID?

        public init(fields: inout Fields<Self>) throws(WireError) {
            topic = try fields.value("topic", \.topic)
            count = try fields.numberIfPresent("count", \.count)
            media = try fields.valueIfPresent("media", \.media)
        }
    }

    /// Announces the end of the connection, and when to come back.
    public struct Goaway: WireRecord, Equatable {
        public var reason: String
        public var retryAfterMilliseconds: UInt64

        public init(fields: inout Fields<Self>) throws(WireError) {
            reason = try fields.text("reason", \.reason, length: 1...100)
            retryAfterMilliseconds = try fields.number("retryAfterMs", \.retryAfterMilliseconds, in: 0...3_600_000)
        }
    }

    /// Why a frame could not be read.
    public struct Failure: WireRecord, Equatable {
        public var problem: Problem

        public init(fields: inout Fields<Self>) throws(WireError) { problem = try fields.value("problem", \.problem) }
    }

    public static let unionName = "ServerFrame"
    public static let tagKey = "t"
    /// Of what is in a device's queue.
    public static let envelopeTag = "envelope"

    public static var cases: [Schema.Case] {
        [
            .init(tag: "hello", schema: Hello.schema),
            .init(tag: "accepted", schema: Accepted.schema),
            .init(tag: "refused", schema: Refused.schema),
            .init(tag: envelopeTag, schema: Envelope.schema),
            .init(tag: "event", schema: LogEntry.schema),
            .init(tag: "head", schema: Head.schema),
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

    public init?(tag: String, map: inout FieldMap) throws(WireError) {
        switch tag {
        case "hello": self = .hello(try map.record())
        case "accepted": self = .accepted(try map.record())
        case "refused": self = .refused(try map.record())
        case Self.envelopeTag: self = .envelope(try map.record())
        case "event": self = .event(try map.record())
        case "head": self = .head(try map.record())
        case "queueEmpty": self = .queueEmpty(try map.record())
        case "res": self = .response(try map.record())
        case "notice": self = .notice(try map.record())
        case "pong": self = .pong(try map.record())
        case "goaway": self = .goaway(try map.record())
        case "error": self = .error(try map.record())
        default: return nil
        }
    }

    public var tagged: (tag: String, record: any WireRecord) {
        switch self {
        case .hello(let record): ("hello", record)
        case .accepted(let record): ("accepted", record)
        case .refused(let record): ("refused", record)
        case .envelope(let record): (Self.envelopeTag, record)
        case .event(let record): ("event", record)
        case .head(let record): ("head", record)
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
