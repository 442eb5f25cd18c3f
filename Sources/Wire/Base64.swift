/// Base64 with the usual alphabet and padding (RFC 4648, section 4), as foreign protocols write it in fields.
public enum Base64 {
    /// `nil` for what is not base64 with its padding; an empty text holds no bytes.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count % 4 == 0 else { return nil }
        var bare = text.utf8.map { (byte) -> UInt8 in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            // Not of this alphabet, and nothing that the other one takes.
            case UInt8(ascii: "-"), UInt8(ascii: "_"): 0
            default: byte
            }
        }
        for _ in 0..<2 where bare.last == UInt8(ascii: "=") { bare.removeLast() }
        return Base64URL.decode(String(decoding: bare, as: UTF8.self))
    }

    /// The text of `bytes`, with its padding.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        let bare = Base64URL.encode(bytes).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return String(bare) + String(repeating: "=", count: (4 - bare.count % 4) % 4)
    }
}
