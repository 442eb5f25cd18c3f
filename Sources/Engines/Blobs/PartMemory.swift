import Crypto
import Store

/// What is known of a part's bytes: SHA-256 of the whole chunks, their digests, and the bytes of the last one.
///
/// Kept while nobody holds the part, so that who goes on does not read again what was hashed before.
final class PartMemory: @unchecked Sendable {
    // Unchecked because it belongs to one part's file at a time, or rests unchanged.
    private var hash: SHA256
    private(set) var digests: [UInt64]
    /// The bytes of the chunk that is not whole yet.
    var chunk: [UInt8]

    init() {
        hash = SHA256()
        digests = []
        chunk = []
    }

    private init(copying other: PartMemory) {
        hash = other.hash.copy()
        digests = other.digests
        chunk = other.chunk
    }

    var byteCount: UInt64 { UInt64(digests.count) * UInt64(BlobTrailer.chunkByteCount) + UInt64(chunk.count) }

    func copy() -> PartMemory { PartMemory(copying: self) }

    /// Counts the chunk as a whole one.
    func endChunk() {
        takeDigests()
        chunk.removeAll(keepingCapacity: true)
    }

    private func takeDigests() {
        let number = digests.count
        digests.append(
            chunk.withUnsafeBytes { (bytes) in
                hash.update(bytes)
                return BlobTrailer.digest(of: bytes, number: number)
            })
    }

    /// SHA-256 of everything, and the digests of all chunks.
    func finish() -> (sha256: [UInt8], digests: [UInt64]) {
        if !chunk.isEmpty { takeDigests() }
        return (hash.copy().finish(), digests)
    }
}

/// Memories of parts that nobody holds, the latest so many. Not locked by itself.
struct RestingParts {
    static let countMax = 256
    private var memories: [BlobID: PartMemory] = [:]
    /// The oldest first.
    private var order: [BlobID] = []

    mutating func take(_ blob: BlobID) -> PartMemory? {
        guard let memory = memories.removeValue(forKey: blob) else { return nil }
        order.removeAll { $0 == blob }
        return memory
    }

    mutating func keep(_ memory: PartMemory, of blob: BlobID) {
        _ = take(blob)
        if order.count >= Self.countMax, let oldest = order.first { _ = take(oldest) }
        memories[blob] = memory
        order.append(blob)
    }
}
