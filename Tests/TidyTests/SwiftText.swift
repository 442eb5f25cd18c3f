/// Swift source with what is not code blanked out: comments and the contents of string and regex literals become
/// spaces, so that line and column stay true. Interpolations are code.
///
/// Not a parser: it knows how literals and comments begin and end, and nothing else.
struct SwiftText {
    private let source: [UInt8]
    private var code: [UInt8]
    private var offset = 0

    /// The lines of `text`, blanked.
    static func codeLines(of text: String) -> [[UInt8]] {
        var scanner = SwiftText(source: Array(text.utf8))
        scanner.scanCode(until: nil)
        return scanner.code.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    }

    private init(source: [UInt8]) {
        self.source = source
        code = source.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
    }

    /// Keeps code up to the end, or up to the parenthesis that closes an interpolation.
    private mutating func scanCode(until closing: UInt8?) {
        var depth = 0
        var last = UInt8(ascii: "(")
        while offset < source.count {
            let isPlain = source[offset] > UInt8(ascii: "/") || source[offset] <= UInt8(ascii: " ")
            if isPlain {
                code[offset] = source[offset]
                if source[offset] > 0x20 { last = source[offset] }
                offset += 1
                continue
            }
            if skip("//") { skipLine(); continue }
            if skip("/*") { skipComment(); continue }
            if scanLiteral(after: last) { last = UInt8(ascii: "\""); continue }
            let byte = source[offset]
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") {
                if depth == 0, closing == byte { return }
                depth -= 1
            }
            code[offset] = byte
            if byte > 0x20 { last = byte }
            offset += 1
        }
    }

    private mutating func skipLine() {
        while offset < source.count, source[offset] != UInt8(ascii: "\n") { offset += 1 }
    }

    private mutating func skipComment() {
        var depth = 1
        while offset < source.count, depth > 0 {
            if skip("/*") { depth += 1 } else if skip("*/") { depth -= 1 } else { offset += 1 }
        }
    }

    /// A string, or a regex where an operand may stand.
    private mutating func scanLiteral(after last: UInt8) -> Bool {
        var poundCount = 0
        while peek(poundCount) == UInt8(ascii: "#") { poundCount += 1 }
        switch peek(poundCount) {
        case UInt8(ascii: "\""):
            let isLong = peek(poundCount + 1) == UInt8(ascii: "\"") && peek(poundCount + 2) == UInt8(ascii: "\"")
            keep(poundCount + (isLong ? 3 : 1))
            scanString(quoteCount: isLong ? 3 : 1, poundCount: poundCount)
            return true
        case UInt8(ascii: "/") where poundCount > 0 || (Array("(,=:[".utf8).contains(last) && peek(1) != 0x20):
            keep(poundCount + 1)
            scanRegex(poundCount: poundCount)
            return true
        default:
            return false
        }
    }

    private mutating func scanString(quoteCount: Int, poundCount: Int) {
        let pounds = [UInt8](repeating: UInt8(ascii: "#"), count: poundCount)
        let end = [UInt8](repeating: UInt8(ascii: "\""), count: quoteCount) + pounds
        let escape = [UInt8(ascii: "\\")] + pounds
        while offset < source.count {
            if follows(end) { return keep(end.count) }
            if quoteCount == 1, source[offset] == UInt8(ascii: "\n") { return }
            guard follows(escape) else {
                offset += 1
                continue
            }
            offset += 1 + poundCount
            if peek(0) == UInt8(ascii: "(") {
                keep(1)
                scanCode(until: UInt8(ascii: ")"))
                keep(1)
            } else {
                offset += 1
            }
        }
    }

    private mutating func scanRegex(poundCount: Int) {
        let end = [UInt8(ascii: "/")] + [UInt8](repeating: UInt8(ascii: "#"), count: poundCount)
        while offset < source.count, source[offset] != UInt8(ascii: "\n") {
            if follows(end) { return keep(end.count) }
            offset += source[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
    }

    private func peek(_ distance: Int) -> UInt8? {
        offset + distance < source.count ? source[offset + distance] : nil
    }

    private func follows(_ bytes: [UInt8]) -> Bool {
        for index in bytes.indices where peek(index) != bytes[index] { return false }
        return true
    }

    private mutating func skip(_ mark: StaticString) -> Bool {
        for index in 0..<mark.utf8CodeUnitCount where peek(index) != mark.utf8Start[index] { return false }
        offset += mark.utf8CodeUnitCount
        return true
    }

    private mutating func keep(_ count: Int) {
        for index in offset..<min(offset + count, source.count) { code[index] = source[index] }
        offset = min(offset + count, source.count)
    }
}
