/// What may stand in a place of a path, as text.
public protocol PlaceValue: Sendable {
    /// `nil` for a text that names nothing of this kind.
    init?(place text: String)
    /// What ``init(place:)`` reads.
    var place: String { get }
    static var placeSchema: Schema { get }
    /// Words that may stand there too, beside what the schema says.
    static var placeWords: [String] { get }
}

extension PlaceValue {
    /// Most take none.
    public static var placeWords: [String] { [] }
}

extension PlaceValue where Self: RandomIdentifier & WireType {
    public init?(place text: String) { self.init(text: text) }
    public var place: String { description }
    public static var placeSchema: Schema { schema }
}

extension WireNumber {
    public init?(place text: String) {
        guard let number = PlainNumber.read(text, in: Self.bounds), let made = Self.make(number) else { return nil }
        self = made
    }
    public var place: String { String(number) }
    public static var placeSchema: Schema { schema }
}

extension AccountID: PlaceValue {}
extension ConversationID: PlaceValue {}
extension BackupID: PlaceValue {}
extension MediaID: PlaceValue {}
extension DeviceID: PlaceValue {}
extension SequenceNumber: PlaceValue {}
extension QueueNumber: PlaceValue {}
extension ReportNumber: PlaceValue {}

extension Handle: PlaceValue {
    public init?(place text: String) { self.init(text: text) }
    public var place: String { text }
    public static var placeSchema: Schema { schema }
}

extension EmojiName: PlaceValue {
    public init?(place text: String) { self.init(text: text) }
    public var place: String { text }
    public static var placeSchema: Schema { schema }
}

/// An account by its id, or the one that asks, which may say `me`.
public enum AccountReference: PlaceValue {
    case me
    case other(AccountID)

    public init?(place text: String) {
        if text == "me" {
            self = .me
        } else if let account = AccountID(text: text) {
            self = .other(account)
        } else {
            return nil
        }
    }

    public var place: String {
        switch self {
        case .me: "me"
        case .other(let account): account.place
        }
    }

    public static var placeSchema: Schema { AccountID.schema }
    /// The one that asks.
    public static var placeWords: [String] { ["me"] }

    /// The account that is meant.
    public func account(askedBy own: AccountID) -> AccountID {
        switch self {
        case .me: own
        case .other(let account): account
        }
    }
}

/// What lets whoever knows it go on with one upload: base64url, opaque to clients.
public struct UploadCapability: PlaceValue, Hashable {
    static let lengths = 1...182
    static let sample = UploadCapability("xxxx")

    /// As it stands in the address.
    public let place: String

    private init(_ text: String) { place = text }

    /// Made of bytes that nobody guesses, at most 136.
    public init(_ bytes: [UInt8]) { self.init(Base64URL.encode(bytes)) }

    public init?(place text: String) {
        guard Self.lengths.contains(text.utf8.count), text.utf8.allSatisfy({ Self.isBase64URL($0) }) else { return nil }
        self.init(text)
    }

    public static var placeSchema: Schema { .text(length: lengths) }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
