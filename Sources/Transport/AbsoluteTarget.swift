/// The target of a request that names the server too: `http://example.org/path?query`. RFC 9112, section 3.2.2.
struct AbsoluteTarget {
    /// The host, with the port where there is one; in place of what the field `Host` says.
    let host: String
    /// What the target is without them.
    let origin: String

    private static let schemes = ["http://", "https://"].map { Array($0.utf8) }

    /// `nil` for a target of another form or scheme, without a host, with a user or a fragment.
    init?(_ text: String, method: String) {
        let bytes = Array(text.utf8)
        guard let scheme = Self.schemes.first(where: { Self.begins(bytes, with: $0) }) else { return nil }
        let authority = bytes[scheme.count...].prefix { !"/?#".utf8.contains($0) }
        let rest = bytes[authority.endIndex...]
        guard Self.isAuthority(authority), !rest.contains(UInt8(ascii: "#")) else { return nil }
        host = String(decoding: authority, as: UTF8.self)
        if rest.isEmpty {
            origin = method == "OPTIONS" ? "*" : "/"
        } else {
            origin = (rest.first == UInt8(ascii: "/") ? "" : "/") + String(decoding: rest, as: UTF8.self)
        }
    }

    private static func begins(_ bytes: [UInt8], with scheme: [UInt8]) -> Bool {
        bytes.count > scheme.count && zip(bytes, scheme).allSatisfy { $0.lowercasedASCII == $1 }
    }

    /// A name, a number, or an IPv6 number in brackets, and a port.
    private static func isAuthority(_ bytes: ArraySlice<UInt8>) -> Bool {
        let isNumber = bytes.first == UInt8(ascii: "[")
        let end = isNumber ? bytes.firstIndex(of: UInt8(ascii: "]")) : nil
        guard !isNumber || end != nil else { return false }
        let host = end.map { bytes[(bytes.startIndex + 1)..<$0] } ?? bytes.prefix { $0 != UInt8(ascii: ":") }
        let port = bytes[(end.map { $0 + 1 } ?? host.endIndex)...]
        let isHost = host.allSatisfy { (byte) in
            switch byte.lowercasedASCII {
            case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "."): true
            case UInt8(ascii: ":"): isNumber
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"): !isNumber
            default: false
            }
        }
        guard !host.isEmpty, isHost else { return false }
        return port.isEmpty
            || port.first == UInt8(ascii: ":") && port.count <= 6 && port.dropFirst().allSatisfy { (0x30...0x39) ~= $0 }
    }
}
