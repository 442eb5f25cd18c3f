import Digest
import Store

/// What stands behind the bytes of a stored blob, in the same file.
///
/// | bytes | what |
/// |---|---|
/// | 8 for each chunk | digest of 64 KiB of the blob (fewer in the last chunk), with the chunk's number |
/// | 8 | `sottobl1` |
/// | 8 | bytes of the blob |
/// | 32 | SHA-256 of the blob |
/// | 8 | digest of all of the above |
///
/// Numbers and digests are little-endian.
struct BlobTrailer: Equatable {
    static let chunkByteCount = 65_536
    static let footerByteCount = 56
    private static let magic = Array("sottobl1".utf8)

    let blob: StoredBlob
    let digests: [UInt64]

    static func chunkCount(of byteCount: UInt64) -> UInt64 {
        byteCount / UInt64(chunkByteCount) + (byteCount % UInt64(chunkByteCount) == 0 ? 0 : 1)
    }

    /// Of all behind the blob.
    static func byteCount(of byteCount: UInt64) -> UInt64 { chunkCount(of: byteCount) * 8 + UInt64(footerByteCount) }

    static func digest(of chunk: UnsafeRawBufferPointer, number: Int) -> UInt64 {
        RowDigest.of(chunk, row: Int64(number))
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digests.count * 8 + Self.footerByteCount)
        for digest in digests { Self.append(digest, to: &bytes) }
        bytes += Self.magic
        Self.append(blob.byteCount, to: &bytes)
        bytes += blob.sha256
        Self.append(Self.digest(of: bytes), to: &bytes)
        return bytes
    }

    init(blob: StoredBlob, digests: [UInt64]) {
        precondition(UInt64(digests.count) == Self.chunkCount(of: blob.byteCount), "a digest for each chunk")
        precondition(blob.sha256.count == 32, "a SHA-256 digest has 32 bytes")
        self.blob = blob
        self.digests = digests
    }

    /// The size of the blob in a file of `fileByteCount` bytes, as its last bytes say.
    /// - Returns: `nil` when they are no footer, or one of another file size.
    static func byteCount(footer: [UInt8], fileByteCount: UInt64) -> UInt64? {
        guard footer.count == footerByteCount, Array(footer.prefix(8)) == magic else { return nil }
        let found = number(footer, at: 8)
        guard found <= fileByteCount, byteCount(of: found) == fileByteCount - found else { return nil }
        return found
    }

    /// `nil` for bytes that are not what was written.
    init?(bytes: [UInt8], byteCount: UInt64) {
        guard UInt64(bytes.count) == Self.byteCount(of: byteCount) else { return nil }
        let end = bytes.count - 8
        guard Self.digest(of: Array(bytes[..<end])) == Self.number(bytes, at: end) else { return nil }
        let chunkCount = (end - 48) / 8
        digests = (0..<chunkCount).map { Self.number(bytes, at: $0 * 8) }
        blob = StoredBlob(byteCount: byteCount, sha256: Array(bytes[(end - 32)..<end]))
    }

    static func digest(of bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { RowDigest.of($0, row: -1) } }

    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    static func number(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        bytes[offset..<(offset + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
