/// A path with named places, such as `/v1/conversations/{conversation}/members/{account}`.
struct PathPattern: Sendable, Equatable {
    enum Segment: Sendable, Equatable {
        case literal(String)
        case place(String)
    }

    let text: String
    let segments: [Segment]

    init(_ text: String) {
        self.text = text
        segments = text.split(separator: "/").map { (part) in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? .place(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    var places: [String] {
        segments.compactMap { (segment) in
            switch segment {
            case .literal: nil
            case .place(let name): name
            }
        }
    }

    /// What stands in each place; `nil` when the path is another.
    /// - Parameter parts: the path's segments, percent-decoded.
    func match(_ parts: [String]) -> [String: String]? {
        guard parts.count == segments.count else { return nil }
        var found: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let literal):
                guard literal == part else { return nil }
            case .place(let name):
                guard !part.isEmpty else { return nil }
                found[name] = part
            }
        }
        return found
    }
}
