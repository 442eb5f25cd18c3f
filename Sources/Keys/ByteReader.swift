/// Why bytes are not in the layout that was asked for.
public enum KeyFormatError: Error, Equatable, Sendable {
    /// They end too early.
    case truncated
    /// Something stands behind the end.
    case trailingBytes
    /// A version that this build does not know.
    case unknownVersion(UInt8)
    /// A field is outside its bounds: a count, an identifier, a flag that must be zero.
    case outOfBounds
    /// Fields are not in the one order that the layout allows, or one stands twice.
    case notCanonical
}

/// Reads fixed-size fields from bytes that came from outside. Numbers are big-endian.
package struct ByteReader: ~Copyable {
    private let bytes: [UInt8]
    private var offset: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
    }

    /// Bytes not read yet.
    package var remainingByteCount: Int { bytes.count - offset }

    /// The next `byteCount` bytes.
    package mutating func take(_ byteCount: Int) throws(KeyFormatError) -> [UInt8] {
        guard byteCount >= 0, byteCount <= remainingByteCount else { throw .truncated }
        defer { offset += byteCount }
        return Array(bytes[offset..<(offset + byteCount)])
    }

    /// The next `byteCount` bytes, or as many as are left: for a type that checks how many it gets.
    package mutating func take(upTo byteCount: Int) -> [UInt8] {
        let end = min(offset + byteCount, bytes.count)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    /// A big-endian number of `Number`'s own size.
    package mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type = Number.self
    ) throws(KeyFormatError) -> Number {
        let byteCount = Number.bitWidth / 8
        guard byteCount <= remainingByteCount else { throw .truncated }
        var value: Number = 0
        for byte in bytes[offset..<(offset + byteCount)] { value = value << 8 | Number(byte) }
        offset += byteCount
        return value
    }

    /// One byte that must be the version `known`.
    package mutating func version(_ known: UInt8) throws(KeyFormatError) {
        let version: UInt8 = try number()
        guard version == known else { throw .unknownVersion(version) }
    }

    /// - Throws: ``KeyFormatError/trailingBytes`` when anything is left.
    package consuming func finish() throws(KeyFormatError) {
        guard remainingByteCount == 0 else { throw .trailingBytes }
    }
}

extension [UInt8] {
    /// Appends `value` big-endian, in its own size.
    package mutating func append(number value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
