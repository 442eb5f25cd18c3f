import Store

/// What a part's file proves of its bytes: the chunks whose digests are there and fit, from the first on, and of the
/// next one what a mark proves.
///
/// Nothing else counts: not the file's length, which a disk may have without the bytes, and not bytes without a digest,
/// which may be half there. It does not matter in which order data and digests came to the disk.
struct PartProof {
    private(set) var memory = PartMemory()
    /// The mark that the last bytes rest on.
    private(set) var mark: Int?
    /// Digests that prove a chunk each; the last one also of a blob that ends within its chunk.
    private(set) var digestCount = 0
    /// Chunks up to the last one with a digest, proven or not.
    let notedChunkCount: Int
    let marks: [PartMark?]
    /// Bytes that were read for it.
    private(set) var readByteCount: UInt64 = 0

    var byteCount: UInt64 { memory.byteCount }

    init(of file: BlobFile, _ layout: PartLayout) throws(BlobError) {
        let digests = try layout.digests(in: file)
        marks = try layout.marks(in: file)
        notedChunkCount = digests.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
        for number in 0..<layout.chunkCount {
            let start = layout.start(of: number)
            let isMarked = marks.contains { ($0?.end ?? 0) > start }
            guard digests[number] != 0 || isMarked else { return }
            let chunk = try file.read(at: start, byteCount: layout.byteCount(of: number))
            readByteCount += UInt64(chunk.count)
            guard chunk.count == layout.byteCount(of: number), digests[number] != 0,
                chunk.withUnsafeBytes({ BlobTrailer.digest(of: $0, number: number) }) == digests[number]
            else {
                take(chunk, from: start)
                return
            }
            digestCount += 1
            memory.chunk = chunk
            if chunk.count == BlobTrailer.chunkByteCount { memory.endChunk() }
        }
    }

    /// Of a chunk that is not whole: what the mark that goes furthest proves.
    private mutating func take(_ chunk: [UInt8], from start: UInt64) {
        for (number, mark) in marks.enumerated() {
            guard let mark, mark.proves(chunk, from: start), mark.end > memory.byteCount else { continue }
            memory.chunk = Array(chunk.prefix(Int(mark.end - start)))
            self.mark = number
        }
    }
}
