import CTransport

/// The fields of a received head, in order, kept as the bytes that came.
///
/// Names are compared without regard to ASCII case. The bytes were checked by the parser: no control bytes.
public struct HeaderFields: Sendable {
    private let bytes: HeadBytes
    private let spans: [ct_field]

    init(bytes: HeadBytes, spans: [ct_field]) {
        self.bytes = bytes
        self.spans = spans
    }

    public var count: Int { spans.count }

    /// The first value of that name.
    public subscript(name: String) -> String? {
        for span in spans where matches(span, name) { return value(span) }
        return nil
    }

    /// Lends the bytes of the first value of that name, for what should leave no copy behind; `nil` without one.
    public func withBytes<Result>(of name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        for span in spans where matches(span, name) {
            return bytes.withPart(span.valueOffset, span.valueLength, body)
        }
        return nil
    }

    /// Every value of that name.
    public func all(_ name: String) -> [String] {
        spans.filter { matches($0, name) }.map(value)
    }

    /// Whether a comma-separated field of that name holds `token`, without regard to case.
    public func contains(_ name: String, token: String) -> Bool {
        all(name).contains { line in
            line.split(separator: ",").contains { $0.trimmingSpaces().equalsIgnoringCase(token) }
        }
    }

    /// All fields as text; bytes that are not UTF-8 are replaced.
    public var pairs: [(name: String, value: String)] {
        spans.map { (text($0.nameOffset, $0.nameLength), value($0)) }
    }

    private func value(_ span: ct_field) -> String { text(span.valueOffset, span.valueLength) }

    private func text(_ offset: UInt32, _ length: UInt32) -> String { bytes.text(offset, length) }

    private func matches(_ span: ct_field, _ name: String) -> Bool {
        guard Int(span.nameLength) == name.utf8.count else { return false }
        var index = Int(span.nameOffset)
        guard index + Int(span.nameLength) <= bytes.count else { return false }
        for byte in name.utf8 {
            if bytes[index].lowercasedASCII != byte.lowercasedASCII { return false }
            index += 1
        }
        return true
    }
}

extension UInt8 {
    var lowercasedASCII: UInt8 { self >= 0x41 && self <= 0x5a ? self | 0x20 : self }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    func equalsIgnoringCase(_ other: String) -> Bool {
        utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
    }
}
