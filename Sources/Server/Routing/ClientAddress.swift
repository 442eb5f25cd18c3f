/// The key under which limits count somebody who is not logged in.
enum ClientAddress {
    /// - Parameters:
    ///   - peer: the numeric address the connection comes from.
    ///   - forwarded: the last `X-Forwarded-For` field, where a proxy of ours set it. Only its last entry is the
    ///     proxy's own word; what stands before, the client may have made up.
    /// - Returns: the IPv4 address, or the /64 network of an IPv6 address, which is what one customer is given.
    static func key(peer: String, forwarded: String?) -> String {
        let last = forwarded?.split(separator: ",").last.map { $0.filter { $0 != " " } }
        let address = last.flatMap { $0.isEmpty ? nil : $0 } ?? peer
        guard address.contains(":"), !address.contains(".") else { return address }
        return network(of: address)
    }

    /// The first four groups of an IPv6 address, without leading zeros.
    private static func network(of address: String) -> String {
        let bare = address.prefix { $0 != "%" }
        var (front, back) = (bare, Substring())
        var zeroCount = 0
        if let gap = bare.firstRange(of: "::") {
            (front, back) = (bare[..<gap.lowerBound], bare[gap.upperBound...])
            zeroCount = max(0, 8 - groups(front).count - groups(back).count)
        }
        let all = groups(front) + Array(repeating: "0", count: zeroCount) + groups(back)
        return all.prefix(4).joined(separator: ":") + "::/64"
    }

    private static func groups(_ text: Substring) -> [String] {
        text.split(separator: ":").map { (group) in
            let digits = group.drop { $0 == "0" }
            return digits.isEmpty ? "0" : digits.lowercased()
        }
    }
}
