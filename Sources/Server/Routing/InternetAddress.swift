import Glibc

/// A numeric address. IPv4 lies in the place that IPv6 has for it (RFC 4291, section 2.5.5.2), so that either way of
/// writing it is the same.
struct InternetAddress: Hashable, Sendable {
    /// 16 of them.
    let bytes: [UInt8]

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// - Parameter text: as `inet_pton` reads it; a zone behind `%` is passed over. `nil` for anything else.
    init?(_ text: some StringProtocol) {
        let bare = String(text.prefix { $0 != "%" })
        var four = in_addr()
        if inet_pton(AF_INET, bare, &four) == 1 {
            bytes = Self.mapped + withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var sixteen = in6_addr()
        guard inet_pton(AF_INET6, bare, &sixteen) == 1 else { return nil }
        bytes = withUnsafeBytes(of: &sixteen) { Array($0) }
    }

    /// - Parameter text: one with a port behind it or not, blanks around it: `1.2.3.4:5678`, `[2001:db8::1]:5678`.
    init?(withPort text: some StringProtocol) {
        let text = text.drop { $0 == " " }.prefix { $0 != " " }
        if text.first == "[" {
            self.init(text.dropFirst().prefix { $0 != "]" })
        } else if let whole = InternetAddress(text) {
            self = whole
        } else {
            self.init(text.prefix { $0 != ":" })
        }
    }

    var isIPv4: Bool { bytes.starts(with: Self.mapped) }

    /// Under what limits count it: an IPv4 address itself, and the /64 network of an IPv6 one, which is what one
    /// customer is given.
    var limitKey: String {
        if isIPv4 { return bytes[12...].map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 8, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        return groups.joined(separator: ":") + "::/64"
    }
}

/// Addresses that agree in their first bits.
struct AddressRange: Hashable, Sendable {
    let address: InternetAddress
    /// Of 128, also for IPv4.
    let bitCount: Int

    /// - Parameter text: an address, or one with the count of its first bits (`10.0.0.0/8`).
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = InternetAddress(first), !first.contains("%") else { return nil }
        let outer = first.contains(":") ? 0 : 96
        guard let count = parts.count == 2 ? UInt8(parts[1]).map(Int.init) : 128 - outer, count <= 128 - outer else {
            return nil
        }
        self.address = address
        bitCount = outer + count
    }

    func contains(_ other: InternetAddress) -> Bool {
        let (whole, rest) = bitCount.quotientAndRemainder(dividingBy: 8)
        guard address.bytes[..<whole] == other.bytes[..<whole] else { return false }
        return rest == 0 || (address.bytes[whole] ^ other.bytes[whole]) >> UInt8(8 - rest) == 0
    }
}
