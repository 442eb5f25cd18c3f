/// Sixteen random bytes that name something, in the raw form and in the text form of JSON. Those of a
/// ``ShardedIdentifier`` begin with a shard.
///
/// The text form is base64url without padding (RFC 4648, section 5): always 22 characters.
public protocol RandomIdentifier: Hashable, Sendable, CustomStringConvertible {
    var bytes: SixteenBytes { get }
    init(bytes: SixteenBytes)
}

/// Sixteen bytes held inline, so that an identifier costs no allocation.
public struct SixteenBytes: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `nil` unless there are exactly sixteen bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
    }

    /// The bytes in network order.
    public var array: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for half in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift)))
            }
        }
        return bytes
    }
}

extension RandomIdentifier {
    /// A new identifier from the system's random source.
    public static func random() -> Self {
        var generator = SystemRandomNumberGenerator()
        return Self(bytes: SixteenBytes(high: generator.next(), low: generator.next()))
    }

    /// `nil` unless there are exactly sixteen bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard let sixteen = SixteenBytes(bytes) else { return nil }
        self.init(bytes: sixteen)
    }

    /// `nil` unless `text` is the 22 characters that ``description`` gives.
    public init?(text: some StringProtocol) {
        var words: (UInt64, UInt64) = (0, 0)
        let isRead = withUnsafeMutableBytes(of: &words) { (bytes) in
            text.utf8.withContiguousStorageIfAvailable { Base64URL.decode(UnsafeRawBufferPointer($0), into: bytes) }
        }
        if let isRead {
            guard isRead else { return nil }
            self.init(bytes: SixteenBytes(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1)))
        } else {
            // A text that is not in one piece.
            guard let bytes = Base64URL.decode(text), let sixteen = SixteenBytes(bytes) else { return nil }
            self.init(bytes: sixteen)
        }
    }

    public var description: String { Base64URL.encode(bytes.array) }
}

/// Names one account, for ever.
public struct AccountID: RandomIdentifier {
    public let bytes: SixteenBytes
    public init(bytes: SixteenBytes) { self.bytes = bytes }
}

/// Names one conversation: dm, group or channel.
public struct ConversationID: RandomIdentifier {
    public let bytes: SixteenBytes
    public init(bytes: SixteenBytes) { self.bytes = bytes }
}

/// Names the backup of an account, for who has the recovery key; says nothing of the account.
public struct BackupID: RandomIdentifier {
    public let bytes: SixteenBytes
    public init(bytes: SixteenBytes) { self.bytes = bytes }
}

/// The sender's own name for one send. A retry carries the same one, and is stored once.
public struct ClientID: RandomIdentifier {
    public let bytes: SixteenBytes
    public init(bytes: SixteenBytes) { self.bytes = bytes }
}

/// Names media that were uploaded. Whoever is logged in and knows it may download sealed media.
public struct MediaID: RandomIdentifier {
    public let bytes: SixteenBytes
    public init(bytes: SixteenBytes) { self.bytes = bytes }
}

/// Names a stretch of a server's history in which nothing that it accepted was lost.
public struct IncarnationID: RandomIdentifier {
    public let bytes: SixteenBytes
    public init(bytes: SixteenBytes) { self.bytes = bytes }
}

/// Numbers a device within its account, from 1 up. Never reused: a device that comes back is a new one.
public struct DeviceID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt32
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}

/// One device of one account: what a pairwise session is with.
public struct DeviceAddress: Hashable, Sendable, CustomStringConvertible {
    public let account: AccountID
    public let device: DeviceID

    public init(account: AccountID, device: DeviceID) {
        self.account = account
        self.device = device
    }

    public var description: String { "\(account).\(device)" }
}

/// Chosen at random by a device when it makes its keys; tells a device from another that took its place.
///
/// Bounds: 1…16,383 (14 bits).
public struct RegistrationID: Hashable, Sendable {
    public static let range: ClosedRange<UInt32> = 1...16_383

    public let rawValue: UInt32

    /// `nil` outside ``range``.
    public init?(_ rawValue: UInt32) {
        guard Self.range.contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }
}

/// Refers to one stored message. Unique among all shards and sortable by time of acceptance; never the order within
/// a conversation, which is ``SequenceNumber``'s.
public struct MessageID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// `nil` unless `text` is what ``description`` gives: no sign, no zero in front.
    public init?(text: some StringProtocol) {
        guard let value = UInt64(text), String(value).utf8.elementsEqual(text.utf8) else { return nil }
        self.rawValue = value
    }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}

/// A position in one conversation's log: from 1 up, without gaps but for those of losses.
public struct SequenceNumber: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    /// How many numbers are passed over at least where a loss was accepted. Fewer are never missing.
    public static let passedOverMin: UInt64 = 1 << 22

    public let rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
    /// A number that stands in the source, such as the one before a chat's first line: `lines(of: chat, after: 0)`.
    public init(integerLiteral value: UInt64) { rawValue = value }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}

/// A position in one device's queue: from 1 up, without gaps.
public struct QueueNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}
