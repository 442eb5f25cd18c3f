/// Where a server is: `https://host`, `https://host:port`, or `http://…` where no TLS is wanted.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// Whether TLS is spoken.
    public let isSecure: Bool
    /// A name or a numeric address; an IPv6 address without brackets.
    public let host: String
    /// As given, or 443 with TLS and 80 without.
    public let port: UInt16

    /// `nil` unless `text` is a scheme, a host, perhaps a port, and at most one slash behind.
    public init?(_ text: String) {
        let rest: Substring
        if text.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else {
            return nil
        }
        let authority = rest.hasSuffix("/") ? rest.dropLast() : rest
        guard let (host, port) = Self.split(authority) else { return nil }
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
    }

    private static func split(_ authority: Substring) -> (String, UInt16?)? {
        let host: Substring
        var rest: Substring
        let isNumericV6 = authority.first == "["
        if isNumericV6 {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority.dropFirst(host.count)
        }
        guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy({ isHostByte($0, isNumericV6) }) else {
            return nil
        }
        guard !rest.isEmpty else { return (String(host), nil) }
        guard rest.removeFirst() == ":", rest.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(rest), port > 0
        else { return nil }
        return (String(host), port)
    }

    private static func isHostByte(_ byte: UInt8, _ isNumericV6: Bool) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"): true
        case UInt8(ascii: ":"): isNumericV6
        default: false
        }
    }

    /// Whether the host is this machine, by name or number: then nobody stands between.
    public var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// As it would be typed, always with the port.
    public var description: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return "\(isSecure ? "https" : "http")://\(shown):\(port)"
    }
}
