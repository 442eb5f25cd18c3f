/// Which part of a file a `Range` field asks for. RFC 9110, section 14.
enum ByteRange {
    struct Plan: Equatable {
        let status: Int
        let offset: UInt64
        let byteCount: UInt64
        let contentRange: String?

        var headers: [(String, String)] { contentRange.map { [("Content-Range", $0)] } ?? [] }
    }

    /// The whole for no range, several, another unit, or one that makes no sense; 416 for one beyond the end.
    static func plan(range: String?, byteCount: UInt64) -> Plan {
        let whole = Plan(status: 200, offset: 0, byteCount: byteCount, contentRange: nil)
        guard let range, range.utf8.count <= 128, range.hasPrefix("bytes="), !range.contains(",") else { return whole }
        let ends = range.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            .map { $0.trimmingSpaces() }
        guard ends.count == 2 else { return whole }
        let unsatisfiable = Plan(status: 416, offset: 0, byteCount: 0, contentRange: "bytes */\(byteCount)")

        if ends[0].isEmpty { // the last n bytes
            guard let count = number(ends[1]) else { return whole }
            if count == 0 || byteCount == 0 { return unsatisfiable }
            let taken = min(count, byteCount)
            return part(from: byteCount - taken, through: byteCount - 1, of: byteCount)
        }
        guard let first = number(ends[0]) else { return whole }
        let last = ends[1].isEmpty ? UInt64.max : number(ends[1])
        guard let last, first <= last else { return whole }
        if first >= byteCount { return unsatisfiable }
        return part(from: first, through: min(last, byteCount - 1), of: byteCount)
    }

    private static func part(from first: UInt64, through last: UInt64, of byteCount: UInt64) -> Plan {
        Plan(
            status: 206, offset: first, byteCount: last - first + 1,
            contentRange: "bytes \(first)-\(last)/\(byteCount)")
    }

    /// Digits only; what is too large for 64 bits is the largest number.
    private static func number(_ text: Substring) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(text) ?? .max
    }
}
