import Wire

/// The target of a request (RFC 9112, section 3.2.1), taken apart and percent-decoded.
struct Target: Sendable, Equatable {
    static let byteCountMax = 2048

    var segments: [String]
    var query: [String: String]

    /// - Throws: `malformed` for a target that is not an absolute path with an optional query of distinct names, all in
    ///   visible ASCII.
    init(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.byteCountMax, text.hasPrefix("/") else {
            throw Problem(.malformed, "The target must be an absolute path of at most \(Self.byteCountMax) bytes.")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(.malformed, "The target has visible ASCII only; percent-encode the rest.")
        }
        let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        segments = []
        for part in halves[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            segments.append(try Self.decoded(part))
        }
        query = [:]
        guard halves.count == 2 else { return }
        for pair in halves[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(sides[0])
            let value = sides.count == 2 ? try Self.decoded(sides[1]) : ""
            guard query.updateValue(value, forKey: name) == nil else {
                throw Problem(.malformed, "A query parameter stands twice.", field: "query")
            }
        }
    }

    private static func decoded(_ text: Substring) throws(Problem) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            rest = rest.dropFirst(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16),
                digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-")
            else { throw Problem(.malformed, "The target has a broken percent-encoding.") }
            bytes.append(value)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !decoded.unicodeScalars.contains("\0") else {
            throw Problem(.malformed, "The target is not UTF-8.")
        }
        return decoded
    }
}
