/// Parses the subset of CBOR (RFC 8949) that the protocol uses, strictly.
///
/// | major type | accepted |
/// |---|---|
/// | 0, 1 integers | any length of argument; negative down to -2^63 |
/// | 2, 3 strings | definite length; text is valid UTF-8 |
/// | 4, 5 lists, maps | definite length; map keys are short visible ASCII text, each once |
/// | 6 tags | refused |
/// | 7 | false, true, null, 64-bit float (finite) |
struct CBORParser {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0
    private var nodeCount = 0
    private let nodeCountMax: Int

    init(_ bytes: UnsafeRawBufferPointer, nodeCountMax: Int) {
        self.bytes = bytes
        self.nodeCountMax = nodeCountMax
    }

    mutating func whole() throws(WireError) -> WireValue {
        let value = try item(depth: 0)
        guard offset == bytes.count else { throw malformed("more bytes after the end") }
        return value
    }

    private mutating func item(depth: Int) throws(WireError) -> WireValue {
        guard depth <= WireLimits.depthMax else { throw malformed("nested too deeply") }
        nodeCount += 1
        guard nodeCount <= nodeCountMax else { throw malformed("too many values") }
        let first = try byte()
        let information = first & 0x1F
        switch first >> 5 {
        case 0: return .unsigned(try argument(information))
        case 1:
            let argument = try argument(information)
            return try negative(argument)
        case 2: return .bytes([UInt8](try take(try length(information))))
        case 3: return .text(try text(try length(information)))
        case 4: return try list(try length(information), depth: depth)
        case 5: return try map(try length(information), depth: depth)
        case 7: return try simple(information)
        default: throw malformed("a tag")
        }
    }

    private func negative(_ argument: UInt64) throws(WireError) -> WireValue {
        guard let magnitude = Int64(exactly: argument) else { throw malformed("an integer below -2^63") }
        return .negative(-1 - magnitude)
    }

    private mutating func simple(_ information: UInt8) throws(WireError) -> WireValue {
        switch information {
        case 20: return .boolean(false)
        case 21: return .boolean(true)
        case 22: return .null
        case 27:
            let value = Double(bitPattern: try argument(27))
            guard value.isFinite else { throw malformed("a number that is not finite") }
            return .double(value)
        default: throw malformed("an unknown simple value")
        }
    }

    private mutating func list(_ count: Int, depth: Int) throws(WireError) -> WireValue {
        var items: [WireValue] = []
        // Every item takes a byte at least, so what is left bounds what may be reserved.
        items.reserveCapacity(min(count, bytes.count - offset, nodeCountMax - nodeCount))
        for _ in 0..<count { items.append(try item(depth: depth + 1)) }
        return .list(items)
    }

    private mutating func map(_ count: Int, depth: Int) throws(WireError) -> WireValue {
        guard count <= WireLimits.mapEntryCountMax else { throw malformed("a map with too many entries") }
        var entries: [WireValue.Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            let first = try byte()
            guard first >> 5 == 3 else { throw malformed("a map key that is not text") }
            let raw = try take(try length(first & 0x1F))
            guard WireLimits.isKey(raw) else { throw malformed("a map key that is not short ASCII") }
            let key = String(decoding: raw, as: UTF8.self)
            for entry in entries where entry.key == key { throw malformed("a map key that stands twice") }
            entries.append(.init(key: key, value: try item(depth: depth + 1)))
        }
        return .map(entries)
    }

    private mutating func text(_ byteCount: Int) throws(WireError) -> String {
        guard let text = String(validating: try take(byteCount), as: UTF8.self) else {
            throw malformed("text that is not UTF-8")
        }
        return text
    }

    private mutating func argument(_ information: UInt8) throws(WireError) -> UInt64 {
        switch information {
        case 0..<24: return UInt64(information)
        case 24...27:
            var value: UInt64 = 0
            for byte in try take(1 << Int(information - 24)) { value = value << 8 | UInt64(byte) }
            return value
        default: throw malformed("an indefinite or reserved length")
        }
    }

    /// A length that what is left of the input can hold.
    private mutating func length(_ information: UInt8) throws(WireError) -> Int {
        let value = try argument(information)
        guard value <= UInt64(bytes.count - offset) else { throw malformed("a length beyond the end") }
        return Int(value)
    }

    private mutating func byte() throws(WireError) -> UInt8 {
        guard offset < bytes.count else { throw malformed("an early end") }
        defer { offset += 1 }
        return bytes[offset]
    }

    private mutating func take(_ count: Int) throws(WireError) -> UnsafeRawBufferPointer {
        guard count <= bytes.count - offset else { throw malformed("an early end") }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private func malformed(_ what: String) -> WireError {
        WireError(.malformed(offset: offset, what))
    }
}
