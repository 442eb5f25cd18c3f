public import Wire

/// Names a chat: a conversation of whatever mode and kind.
///
/// As text `@` or `#` and the 22 characters of the id.
public enum ChatID: Hashable, Sendable {
    /// What is sealed for one account and comes from it. The own one is for notes to oneself.
    case person(AccountID)
    /// What the server keeps a log of.
    case conversation(ConversationID)
}

extension ChatID {
    /// The conversation that the server keeps a log of; `nil` for a chat with one person.
    public var conversation: ConversationID? {
        guard case .conversation(let conversation) = self else { return nil }
        return conversation
    }

    /// The account on the other side; `nil` for a conversation.
    public var person: AccountID? {
        guard case .person(let account) = self else { return nil }
        return account
    }

    /// Whether the server keeps a log of it.
    var isOpen: Bool { conversation != nil }
}

extension ChatID: CustomStringConvertible {
    public var description: String {
        switch self {
        case .person(let account): "@\(account)"
        case .conversation(let conversation): "#\(conversation)"
        }
    }

    /// `nil` unless `text` is what ``description`` gives.
    public init?(text: some StringProtocol) {
        switch text.first {
        case "@":
            guard let account = AccountID(text: text.dropFirst()) else { return nil }
            self = .person(account)
        case "#":
            guard let conversation = ConversationID(text: text.dropFirst()) else { return nil }
            self = .conversation(conversation)
        default: return nil
        }
    }
}

extension ChatID: Comparable {
    /// People before conversations, then by their ids: an order, and nothing more.
    public static func < (left: ChatID, right: ChatID) -> Bool {
        switch (left, right) {
        case (.person, .conversation): true
        case (.conversation, .person): false
        case (.person(let left), .person(let right)): left.bytes < right.bytes
        case (.conversation(let left), .conversation(let right)): left.bytes < right.bytes
        }
    }
}

extension SixteenBytes {
    fileprivate static func < (left: SixteenBytes, right: SixteenBytes) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension ChatID: WireType {
    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        let chat =
            switch (context.form, value) {
            case (.json, .text(let text)): ChatID(text: text)
            case (.cbor, .bytes(let bytes)): ChatID(bytes: bytes[...])
            default: ChatID?.none
            }
        guard let chat else { throw WireError(.outOfBounds("must be @ or # and an identifier")) }
        self = chat
    }

    public func write(to writer: inout WireWriter) {
        switch writer.form {
        case .json: writer.write(text: description)
        case .cbor: writer.write(bytes: bytes)
        }
    }

    /// `@` or `#`, then the 16 bytes of the id.
    var bytes: [UInt8] {
        switch self {
        case .person(let account): [UInt8(ascii: "@")] + account.bytes.array
        case .conversation(let conversation): [UInt8(ascii: "#")] + conversation.bytes.array
        }
    }

    /// `nil` unless `bytes` is what ``bytes`` gives.
    init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 17, let kind = bytes.first else { return nil }
        // Read as words: a list has thousands.
        let id = bytes.withUnsafeBytes { (raw) in
            SixteenBytes(
                high: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 1, as: UInt64.self)),
                low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 9, as: UInt64.self)))
        }
        switch kind {
        case UInt8(ascii: "@"): self = .person(AccountID(bytes: id))
        case UInt8(ascii: "#"): self = .conversation(ConversationID(bytes: id))
        default: return nil
        }
    }

    public static var schema: Schema {
        let pattern = "[@#][A-Za-z0-9_-]{21}[AQgw]"
        return .formatted(name: "ChatID", pattern: pattern, cbor: .bytes(count: 17))
    }

    public static var sample: ChatID { .person(.sample) }
}

extension ChatID: Codable {
    /// Reads what ``description`` gives.
    /// - Throws: `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        self = try decoder.name { ChatID(text: $0) }
    }

    /// Writes ``description``.
    /// - Throws: what the encoder does.
    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

extension Decoder {
    /// What reads a text that stands alone.
    func name<Name>(_ read: (String) -> Name?) throws -> Name {
        let container = try singleValueContainer()
        guard let name = read(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the name of a \(Name.self)")
        }
        return name
    }
}
