/// Numbers of four bytes, the lowest first, and byte strings with their count before them.
struct NumberWriter {
    var bytes: [UInt8] = []

    mutating func put(_ number: Int) {
        let value = UInt32(clamping: number)
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func put(_ size: PixelSize) {
        put(size.width)
        put(size.height)
    }

    mutating func put(_ string: [UInt8]) {
        put(string.count)
        bytes += string
    }

    mutating func put(_ picture: Picture) {
        put(picture.size)
        put(picture.bytes)
    }
}

/// The other side of ``NumberWriter``; every answer is `nil` at the end.
struct NumberReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func next() -> Int? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func nextSize() -> PixelSize? {
        guard let width = next(), let height = next() else { return nil }
        return PixelSize(width: width, height: height)
    }

    mutating func nextBytes() -> [UInt8]? {
        guard let count = next(), count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func nextPicture() -> Picture? {
        guard let size = nextSize(), let bytes = nextBytes() else { return nil }
        return Picture(size: size, bytes: bytes)
    }
}
