/// Which proxies in front of the server are believed when they say for whom they speak (`X-Forwarded-For`).
///
/// Each proxy appends the address that it was asked from. So only the last entries are the word of our own proxies;
/// what stands before them, the client may have made up.
enum TrustedProxies: Equatable, Sendable {
    /// Nobody is believed.
    case none
    /// So many of them, one behind the other, and no way around them.
    case hops(Int)
    /// Those with these addresses, as many as there are in a row.
    case addresses([AddressRange])

    static let hopsMax = 16
    private static let rangesMax = 64

    /// - Parameter text: a number of hops from 1 to ``hopsMax``, or up to 64 addresses and ranges between commas.
    init?(_ text: String) {
        if let count = Int(text) {
            guard (1...Self.hopsMax).contains(count) else { return nil }
            self = .hops(count)
            return
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let ranges = parts.compactMap { AddressRange($0) }
        guard ranges.count == parts.count, ranges.count <= Self.rangesMax else { return nil }
        self = .addresses(ranges)
    }

    /// Whom limits by address count: the peer, or whom our proxies speak for.
    /// - Parameters:
    ///   - peer: the numeric address that the connection comes from.
    ///   - forwarded: all fields of that name, in their order. An entry that is no address ends what is believed.
    func limitKey(peer: String, forwarded: [String]) -> String {
        guard var address = InternetAddress(peer) else { return peer }
        var entries = self == .none ? [] : forwarded.flatMap { $0.split(separator: ",") }
        var hopsLeft = if case .hops(let count) = self { count } else { Int.max }
        while hopsLeft > 0, trusts(address), let entry = entries.popLast(),
            let next = InternetAddress(withPort: entry)
        {
            address = next
            hopsLeft -= 1
        }
        return address.limitKey
    }

    private func trusts(_ address: InternetAddress) -> Bool {
        switch self {
        case .none: false
        case .hops: true
        case .addresses(let ranges): ranges.contains { $0.contains(address) }
        }
    }
}
