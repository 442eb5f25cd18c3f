/// Parses JSON (RFC 8259), strictly: UTF-8, no byte order mark, no key twice, no lone surrogate, nothing after the end.
/// Keys are short visible ASCII.
///
/// Integers within 64 bits stay exact; other numbers become doubles and must be finite.
struct JSONParser {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0
    private var nodeCount = 0
    private let nodeCountMax: Int

    init(_ bytes: UnsafeRawBufferPointer, nodeCountMax: Int) {
        self.bytes = bytes
        self.nodeCountMax = nodeCountMax
    }

    mutating func whole() throws(WireError) -> WireValue {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw malformed("more text after the end") }
        return value
    }

    private mutating func value(depth: Int) throws(WireError) -> WireValue {
        guard depth <= WireLimits.depthMax else { throw malformed("nested too deeply") }
        nodeCount += 1
        guard nodeCount <= nodeCountMax else { throw malformed("too many values") }
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let next? where next == UInt8(ascii: "-") || Self.isDigit(next): return try number()
        case nil: throw malformed("an early end")
        default: throw malformed("no JSON value")
        }
    }

    private mutating func object(depth: Int) throws(WireError) -> WireValue {
        offset += 1
        var entries: [WireValue.Entry] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .map(entries) }
        while true {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw malformed("no key") }
            let key = try string()
            guard WireLimits.isKey(key.utf8) else { throw malformed("a key that is not short ASCII") }
            for entry in entries where entry.key == key { throw malformed("a key that stands twice") }
            guard entries.count < WireLimits.mapEntryCountMax else { throw malformed("an object with too many fields") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed("no colon") }
            entries.append(.init(key: key, value: try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .map(entries) }
            guard take(UInt8(ascii: ",")) else { throw malformed("no comma") }
        }
    }

    private mutating func array(depth: Int) throws(WireError) -> WireValue {
        offset += 1
        var items: [WireValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .list(items) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .list(items) }
            guard take(UInt8(ascii: ",")) else { throw malformed("no comma") }
        }
    }

    private mutating func word(_ word: StaticString, _ value: WireValue) throws(WireError) -> WireValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[index]) else { throw malformed("no JSON value") }
        }
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(WireError) -> WireValue {
        let start = offset
        let isNegative = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        guard offset - start <= 64 else { throw malformed("a number of more than 64 characters") }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isInteger, !isNegative, let value = UInt64(text) { return .unsigned(value) }
        if isInteger, let value = Int64(text) { return value < 0 ? .negative(value) : .unsigned(0) }
        guard let value = Double(text), value.isFinite else { throw malformed("a number out of range") }
        return .double(value)
    }

    private mutating func digits() throws(WireError) {
        let start = offset
        while let next = peek(), Self.isDigit(next) { offset += 1 }
        guard offset > start else { throw malformed("no digit") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    // MARK: Text

    private mutating func string() throws(WireError) -> String {
        offset += 1
        let start = offset
        while let next = peek(), next != UInt8(ascii: "\""), next != UInt8(ascii: "\\"), next >= 0x20 { offset += 1 }
        if peek() == UInt8(ascii: "\"") {
            defer { offset += 1 }
            return try validated(UnsafeRawBufferPointer(rebasing: bytes[start..<offset]))
        }
        var content = [UInt8](bytes[start..<offset])
        while true {
            guard let next = peek() else { throw malformed("text without an end") }
            offset += 1
            switch next {
            case UInt8(ascii: "\""): return try validated(content)
            case UInt8(ascii: "\\"): try escape(into: &content)
            case 0x20...: content.append(next)
            default: throw malformed("a control character in text")
            }
        }
    }

    private mutating func escape(into content: inout [UInt8]) throws(WireError) {
        guard let escaped = peek() else { throw malformed("text without an end") }
        offset += 1
        switch escaped {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(escaped)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content.append(contentsOf: try unicodeEscape().utf8)
        default: throw malformed("an unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(WireError) -> String {
        let first = try fourHexDigits()
        var code = UInt32(first)
        if UTF16.isLeadSurrogate(first) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw malformed("a lone surrogate") }
            let second = try fourHexDigits()
            guard UTF16.isTrailSurrogate(second) else { throw malformed("a lone surrogate") }
            code = 0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF
        }
        guard let scalar = Unicode.Scalar(code) else { throw malformed("a lone surrogate") }
        return String(Character(scalar))
    }

    private mutating func fourHexDigits() throws(WireError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let next = peek(), let digit = Character(Unicode.Scalar(next)).hexDigitValue else {
                throw malformed("no hexadecimal digit")
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }

    private func validated(_ content: some Sequence<UInt8>) throws(WireError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else { throw malformed("text that is not UTF-8") }
        return text
    }

    // MARK: Bytes

    private mutating func skipSpace() {
        while let next = peek(), next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { offset += 1 }
    }

    private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ expected: UInt8) -> Bool {
        guard peek() == expected else { return false }
        offset += 1
        return true
    }

    private func malformed(_ what: String) -> WireError {
        WireError(.malformed(offset: offset, what))
    }
}
