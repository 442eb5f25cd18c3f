import Wire

/// The field `Accept` of a request: how much its client wants each media type (RFC 9110, section 12.5.1).
///
/// ```
/// Accept: application/json;q=0, application/cbor, */*;q=0.1
/// ```
/// A range that does not read says nothing, and neither does a field of more than ``byteCountMax``. Parameters other
/// than the weight are passed over: no type of ours is told apart from another by any.
struct AcceptField: Sendable {
    /// How much a type is wanted, and how exactly it was named.
    struct Wish: Comparable {
        /// In thousandths. Zero refuses, and is what a type has that no range names.
        var weight = 0
        /// 0 for a type that no range names, 1 for one under `*/*`, 2 under `type/*`, 3 for one named by itself.
        var precision = 0

        static func < (left: Wish, right: Wish) -> Bool {
            (left.weight, left.precision) < (right.weight, right.precision)
        }
    }

    private struct Range {
        let type: Substring
        let subtype: Substring
        let weight: Int
    }

    /// In all lines together: more than any client has to say, and little to read.
    static let byteCountMax = 1_000

    private let ranges: [Range]

    /// - Parameter lines: of the field, as often as it stands in the head.
    init(_ lines: [String]) {
        let byteCount = lines.reduce(0) { $0 + $1.utf8.count }
        let read = byteCount <= Self.byteCountMax ? lines : []
        ranges = read.flatMap { Self.parts(of: $0.lowercased()[...], at: ",").compactMap(Self.range) }
    }

    /// The range that names a type most exactly decides.
    func wish(for mediaType: String) -> Wish {
        let halves = mediaType.split(separator: "/")
        var best = Wish()
        for range in ranges {
            let precision = range.type == "*" ? 1 : range.subtype == "*" ? 2 : 3
            guard precision == 1 || range.type == halves.first, precision < 3 || range.subtype == halves.last,
                precision > best.precision
            else { continue }
            best = Wish(weight: range.weight, precision: precision)
        }
        return best
    }

    /// JSON, unless CBOR is wanted more; or as much, and named more exactly. Who wants neither gets JSON too: an answer
    /// in a form that was not asked for tells more than none.
    var form: WireForm {
        let cbor = wish(for: WireForm.cbor.mediaType)
        return cbor.weight > 0 && cbor > wish(for: WireForm.json.mediaType) ? .cbor : .json
    }

    // MARK: Reading

    private static func range(_ text: Substring) -> Range? {
        guard !text.isEmpty else { return nil }
        let parts = parts(of: text, at: ";").map(\.trimmed)
        let halves = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty, halves[0] != "*" || halves[1] == "*" else {
            return nil
        }
        var weight = 1000
        for parameter in parts.dropFirst() where parameter.hasPrefix("q=") {
            guard let read = Self.weight(parameter.dropFirst(2)) else { return nil }
            weight = read
        }
        return Range(type: halves[0], subtype: halves[1], weight: weight)
    }

    /// `0` to `1` with up to three digits behind the point, in thousandths (RFC 9110, section 12.4.2).
    private static func weight(_ text: Substring) -> Int? {
        let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = halves.first, whole == "0" || whole == "1" else { return nil }
        let digits = halves.count == 2 ? halves[1] : ""
        guard digits.utf8.count <= 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let thousandths = Int(digits + String(repeating: "0", count: 3 - digits.utf8.count)) ?? 0
        return whole == "0" ? thousandths : thousandths == 0 ? 1000 : nil
    }

    /// What stands between separators that are not in quotes.
    private static func parts(of text: Substring, at separator: Unicode.Scalar) -> [Substring] {
        var parts: [Substring] = []
        var (start, isQuoted, isEscaped) = (text.startIndex, false, false)
        // By bytes: by characters it takes a hundred times as long.
        let bytes = text.utf8
        for index in bytes.indices {
            switch bytes[index] {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: separator) where !isQuoted:
                parts.append(text[start..<index])
                start = bytes.index(after: index)
            default: break
            }
        }
        return parts + [text[start...]]
    }
}

extension Substring {
    /// Without the blanks around it.
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
