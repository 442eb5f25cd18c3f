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

/// What is left of a part while nobody holds it.
struct PartRest {
    /// Bytes that are durable with their proof.
    var byteCount: UInt64
    /// What is known of them; `nil` when they have to be read to go on.
    var memory: PartMemory?
}

/// What this process knows of parts that nobody holds: of each how much stands, and the memories of the latest so many.
/// Not locked by itself.
struct RestingParts {
    static let memoryCountMax = 256
    /// Two numbers for each part in the folder that was touched since the start.
    private var byteCounts: [BlobID: UInt64] = [:]
    private var memories: [BlobID: PartMemory] = [:]
    /// Of memories, the oldest first.
    private var order: [BlobID] = []

    func byteCount(of blob: BlobID) -> UInt64? { byteCounts[blob] }

    mutating func take(_ blob: BlobID) -> PartRest? {
        guard let byteCount = byteCounts.removeValue(forKey: blob) else { return nil }
        return PartRest(byteCount: byteCount, memory: takeMemory(blob))
    }

    mutating func keep(_ rest: PartRest, of blob: BlobID) {
        _ = takeMemory(blob)
        byteCounts[blob] = rest.byteCount
        guard let memory = rest.memory else { return }
        if order.count >= Self.memoryCountMax, let oldest = order.first { _ = takeMemory(oldest) }
        memories[blob] = memory
        order.append(blob)
    }

    private mutating func takeMemory(_ blob: BlobID) -> PartMemory? {
        guard let memory = memories.removeValue(forKey: blob) else { return nil }
        order.removeAll { $0 == blob }
        return memory
    }
}
