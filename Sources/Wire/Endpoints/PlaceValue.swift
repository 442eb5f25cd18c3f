/// What may stand in a place of a path, as text.
public protocol PlaceValue: Sendable {
    /// `nil` for a text that names nothing of this kind.
    init?(place text: String)
    /// What ``init(place:)`` reads.
    var place: String { get }
    static var placeSchema: Schema { get }
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

    /// The account that is meant.
    public func account(askedBy own: AccountID) -> AccountID {
        switch self {
        case .me: own
        case .other(let account): account
        }
    }
}

/// What lets whoever knows it go on with one upload: 32 random bytes, 43 characters of base64url.
public struct UploadCapability: PlaceValue {
    public let place: String

    public init?(place text: String) {
        guard text.utf8.count == 43, Base64URL.decode(text) != nil else { return nil }
        self.place = text
    }

    public static var placeSchema: Schema { .text(length: 43...43) }
}
