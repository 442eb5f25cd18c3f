extension WireValue {
    /// JSON with one entry a line, for files that people compare.
    /// - Parameter margin: what every line but the first begins with.
    package func indented(by margin: String = "") -> String {
        let inner = margin + "  "
        let (open, close): (String, String)
        let lines: [String]
        switch self {
        case .map(let entries) where !entries.isEmpty:
            (open, close) = ("{", "}")
            lines = entries.map { (entry) in
                let key = String(decoding: WireValue.text(entry.key).encoded(as: .json), as: UTF8.self)
                return "\(key): \(entry.value.indented(by: inner))"
            }
        case .list(let items) where !items.isEmpty:
            (open, close) = ("[", "]")
            lines = items.map { $0.indented(by: inner) }
        default:
            return String(decoding: encoded(as: .json), as: UTF8.self)
        }
        return "\(open)\n" + lines.map { inner + $0 }.joined(separator: ",\n") + "\n\(margin)\(close)"
    }
}
