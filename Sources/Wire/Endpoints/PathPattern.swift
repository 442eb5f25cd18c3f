/// A path with named places, such as `/v1/conversations/{conversation}/members/{account}`.
public struct PathPattern: Sendable, Equatable {
    /// What stands between two slashes.
    public enum Segment: Sendable, Equatable {
        case literal(String)
        case place(String)

        fileprivate var text: String {
            switch self {
            case .literal(let literal): literal
            case .place(let name): "{\(name)}"
            }
        }
    }

    /// As it stands in the table.
    public let text: String
    public let segments: [Segment]

    public init(_ text: String) {
        self.text = text
        segments = text.split(separator: "/").map { (part) in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? .place(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The names of the places, in their order.
    public var places: [String] {
        segments.compactMap { (segment) in
            switch segment {
            case .literal: nil
            case .place(let name): name
            }
        }
    }

    /// What stands in each place, in their order; `nil` when the path is another.
    /// - Parameter parts: the path's segments, percent-decoded.
    public func match(_ parts: [String]) -> [String]? {
        guard parts.count == segments.count else { return nil }
        var found: [String] = []
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let literal):
                guard literal == part else { return nil }
            case .place:
                guard !part.isEmpty else { return nil }
                found.append(part)
            }
        }
        return found
    }

    /// The pattern with a word where a place was.
    /// - Parameter index: of the place among ``places``.
    func replacing(place index: Int, with word: String) -> PathPattern {
        let name = Segment.place(places[index])
        return PathPattern(segments.map { $0 == name ? "/\(word)" : "/\($0.text)" }.joined())
    }

    /// The path with these texts in its places, percent-encoded. There must be as many.
    public func filled(with texts: [String]) -> String {
        precondition(texts.count == places.count, "\(text) has \(places.count) places")
        var rest = texts[...]
        return segments.map { (segment) in
            switch segment {
            case .literal(let literal): "/" + literal
            case .place: "/" + PercentEncoding.encoded(rest.removeFirst())
            }
        }.joined()
    }
}

/// Percent-encoding of what stands in a path or a query (RFC 3986, section 2.1).
public enum PercentEncoding {
    private static let hex = Array("0123456789ABCDEF".utf8)

    /// Only the unreserved characters stay as they are.
    public static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
