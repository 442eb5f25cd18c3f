import Store

/// Where a part's file keeps what proves its bytes, besides the bytes.
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | size of the blob | its bytes, as far as they have come |
/// | size | 8 for each chunk | digest of each chunk that is whole, where ``BlobTrailer`` will have it; zeros before |
/// | next multiple of 4,096 after the trailer's end | 32 | a mark |
/// | 4,096 later | 32 | the other mark |
///
/// A mark says how many bytes there are in a chunk that is not whole yet:
///
/// | bytes | what |
/// |---|---|
/// | 8 | `sottomk1` |
/// | 8 | bytes of the part up to here |
/// | 8 | digest of the last chunk's bytes up to here, with the chunk's number |
/// | 8 | digest of all of the above |
///
/// There are two, in blocks of their own, because a mark that is written over may be torn: the one that stands stays
/// until the other is durable. Numbers and digests are little-endian.
struct PartLayout {
    static let blockByteCount: UInt64 = 4_096
    let byteCountMax: UInt64

    var chunkCount: Int { Int(clamping: BlobTrailer.chunkCount(of: byteCountMax)) }

    /// Where the file of the stored blob will end.
    var trailerEnd: UInt64 { byteCountMax + BlobTrailer.byteCount(of: byteCountMax) }

    func digestOffset(of chunk: Int) -> UInt64 { byteCountMax + UInt64(chunk) * 8 }

    func markOffset(_ mark: Int) -> UInt64 {
        let blocks = (trailerEnd + Self.blockByteCount - 1) / Self.blockByteCount
        return (blocks + UInt64(mark)) * Self.blockByteCount
    }

    func start(of chunk: Int) -> UInt64 { UInt64(chunk) * UInt64(BlobTrailer.chunkByteCount) }

    func byteCount(of chunk: Int) -> Int {
        Int(min(UInt64(BlobTrailer.chunkByteCount), byteCountMax - start(of: chunk)))
    }

    /// The whole chunks among the first `byteCount` bytes.
    static func wholeChunkCount(in byteCount: UInt64) -> Int {
        Int(clamping: byteCount / UInt64(BlobTrailer.chunkByteCount))
    }

    /// The digests in the file; zero where there is none.
    func digests(in file: BlobFile) throws(BlobError) -> [UInt64] {
        let bytes = try file.read(at: byteCountMax, byteCount: chunkCount * 8)
        return (0..<chunkCount).map { (chunk) in
            let end = chunk * 8 + 8
            return end <= bytes.count ? BlobTrailer.number(bytes, at: chunk * 8) : 0
        }
    }

    /// The two marks in the file; `nil` for what is none.
    func marks(in file: BlobFile) throws(BlobError) -> [PartMark?] {
        var marks: [PartMark?] = []
        for mark in 0..<PartMark.count {
            marks.append(PartMark(bytes: try file.read(at: markOffset(mark), byteCount: PartMark.byteCount)))
        }
        return marks
    }
}

/// What proves the bytes of a chunk that is not whole. ``PartLayout`` draws it.
struct PartMark: Equatable {
    /// How many of them a file has.
    static let count = 2
    static let byteCount = 32
    private static let magic = Array("sottomk1".utf8)

    /// Bytes of the part up to here.
    let end: UInt64
    let digest: UInt64

    init(end: UInt64, chunk: [UInt8]) {
        self.end = end
        digest = Self.digest(of: chunk[...], end: end)
    }

    /// `nil` for bytes that are not what was written.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, Array(bytes.prefix(8)) == Self.magic else { return nil }
        guard BlobTrailer.digest(of: Array(bytes[..<24])) == BlobTrailer.number(bytes, at: 24) else { return nil }
        end = BlobTrailer.number(bytes, at: 8)
        digest = BlobTrailer.number(bytes, at: 16)
    }

    var bytes: [UInt8] {
        var bytes = Self.magic
        for number in [end, digest] { BlobTrailer.append(number, to: &bytes) }
        BlobTrailer.append(BlobTrailer.digest(of: bytes), to: &bytes)
        return bytes
    }

    /// Whether it is of the beginning of `chunk`, which begins at `start`.
    func proves(_ chunk: [UInt8], from start: UInt64) -> Bool {
        guard end > start, end - start <= UInt64(chunk.count) else { return false }
        return Self.digest(of: chunk.prefix(Int(end - start)), end: end) == digest
    }

    private static func digest(of chunk: ArraySlice<UInt8>, end: UInt64) -> UInt64 {
        let number = PartLayout.wholeChunkCount(in: end)
        return chunk.withUnsafeBytes { BlobTrailer.digest(of: $0, number: number) }
    }
}
