import Crypto
import Keys
import Wire

/// A content and the key of the commitment to it: what a session seals for somebody else.
/// docs/protocol/franking.md describes it.
struct FrankedContent: WireRecord, Equatable {
    enum Kind: String, WireEnumeration {
        case franked
    }

    /// ``FrankingKey``, 32 bytes.
    var key: [UInt8]
    /// The CBOR of a ``MessageContent``, byte for byte.
    var content: [UInt8]

    init(_ content: [UInt8], under key: FrankingKey) {
        self.key = key.bytes
        self.content = content
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        try fields.constant("v", number: MessageContent.version)
        _ = try fields.value("type", { (_) in Kind.franked })
        key = try fields.bytes("key", \.key, count: FrankingKey.byteCount)
        content = try fields.bytes("content", \.content, count: 1...Limits.sealedBodyByteCountMax)
    }

    /// The content, when `commitment` is the sender's to exactly these bytes.
    func opened(_ commitment: [UInt8]?, by sender: DeviceAddress) -> [UInt8]? {
        guard let commitment, let key = try? FrankingKey(key), key.opens(commitment, to: content, by: sender) else {
            return nil
        }
        return content
    }

    /// - Throws: `WireError` for what is not of this form.
    static func decode(_ bytes: [UInt8]) throws(WireError) -> FrankedContent {
        try decode(bytes, in: WireContext(form: .cbor, refusesUnknownFields: false))
    }
}
