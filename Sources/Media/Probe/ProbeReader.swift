import Glibc

/// Reads a file or an array by position and never beyond its end.
///
/// Keeps one window of the file in memory. Every offset may come from the file itself: all arithmetic is checked.
struct ProbeReader {
    private enum Source {
        case bytes([UInt8])
        case file(ReadOnlyFile)
    }

    private static let windowByteCount = 1 << 16

    private let source: Source
    private var window: [UInt8] = []
    private var windowStart = 0
    /// Of the whole source.
    let byteCount: Int

    init(_ bytes: [UInt8]) {
        source = .bytes(bytes)
        window = bytes
        byteCount = bytes.count
    }

    init(_ file: ReadOnlyFile) {
        source = .file(file)
        byteCount = file.byteCount
    }

    /// - Throws: ``MediaRefusal/truncated`` when the source ends before.
    mutating func byte(_ offset: Int) throws(MediaRefusal) -> UInt8 {
        try show(offset, 1)
        return window[offset - windowStart]
    }

    /// An unsigned number of 1 to 7 bytes, the highest first.
    mutating func big(_ offset: Int, _ count: Int) throws(MediaRefusal) -> Int {
        try show(offset, count)
        return window[(offset - windowStart)..<(offset - windowStart + count)].reduce(0) { $0 << 8 | Int($1) }
    }

    /// An unsigned number of 1 to 7 bytes, the lowest first.
    mutating func little(_ offset: Int, _ count: Int) throws(MediaRefusal) -> Int {
        try show(offset, count)
        let bytes = window[(offset - windowStart)..<(offset - windowStart + count)]
        return bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// - Parameter count: at most 65,536.
    mutating func bytes(_ offset: Int, _ count: Int) throws(MediaRefusal) -> [UInt8] {
        try show(offset, count)
        return Array(window[(offset - windowStart)..<(offset - windowStart + count)])
    }

    /// Four ASCII letters, or whatever stands there, as one number.
    mutating func tag(_ offset: Int) throws(MediaRefusal) -> FourCC { FourCC(UInt32(try big(offset, 4))) }

    /// Whether these bytes stand there; false beyond the end.
    mutating func has(_ text: String, at offset: Int) throws(MediaRefusal) -> Bool {
        let wanted = Array(text.utf8)
        guard offset >= 0, offset <= byteCount - wanted.count else { return false }
        return try bytes(offset, wanted.count) == wanted
    }

    /// The next place of `value` from `offset` on; `nil` when there is none.
    mutating func next(_ value: UInt8, from offset: Int) throws(MediaRefusal) -> Int? {
        var place = offset
        while place < byteCount {
            try show(place, 1)
            let start = place - windowStart
            let found = window.withUnsafeBytes { (buffer) -> Int? in
                guard let base = buffer.baseAddress else { return nil }
                return memchr(base + start, Int32(value), buffer.count - start).map { UnsafeRawPointer($0) - base }
            }
            if let found { return windowStart + found }
            place = windowStart + window.count
        }
        return nil
    }

    /// Makes `count` bytes at `offset` stand in the window.
    private mutating func show(_ offset: Int, _ count: Int) throws(MediaRefusal) {
        guard offset >= 0, count >= 0, count <= Self.windowByteCount, offset <= byteCount - count else {
            throw .truncated
        }
        if offset >= windowStart, offset - windowStart <= window.count - count { return }
        guard case .file(let file) = source else { throw .truncated }
        window = try file.read(at: offset, count: Self.windowByteCount)
        windowStart = offset
        // The file has become shorter since it was opened.
        guard window.count >= count else { throw .truncated }
    }
}

/// A tag of four characters, as RIFF, PNG and ISO files use them.
struct FourCC: Hashable, ExpressibleByStringLiteral {
    let value: UInt32

    init(_ value: UInt32) { self.value = value }

    init(stringLiteral text: String) {
        precondition(text.utf8.count == 4, "a tag has four characters")
        value = text.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
