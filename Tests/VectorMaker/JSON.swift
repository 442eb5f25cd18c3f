/// A value with its keys in the order in which they were written down.
indirect enum JSON {
    case text(String)
    case number(UInt64)
    case flag(Bool)
    case list([JSON])
    case object([(String, JSON)])

    /// Bytes as hexadecimal text.
    static func hex(_ bytes: [UInt8]) -> JSON {
        let digits = Array("0123456789abcdef")
        return .text(String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }))
    }

    /// Indented by two spaces a level; a list of plain values on one line.
    func text(_ indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .text(let text): return "\"\(text)\""
        case .number(let number): return String(number)
        case .flag(let flag): return flag ? "true" : "false"
        case .list(let items):
            guard !items.isEmpty else { return "[]" }
            return "[\n" + items.map { inner + $0.text(inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let fields):
            let lines = fields.map { "\(inner)\"\($0.0)\": \($0.1.text(inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }
}

/// A value that a fixed input must have.
func required<Value>(_ value: Value?, _ what: String = "a fixed value") -> Value {
    guard let value else { preconditionFailure("\(what) is one") }
    return value
}
