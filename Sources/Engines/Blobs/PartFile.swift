import CLinux
import Crypto
import Glibc
import Store

/// A part's file with what is known of its bytes: SHA-256 of them and the digests of their chunks, carried along.
///
/// Bytes gather up to a chunk and are then hashed and written at once. Belongs to one thread at a time.
final class PartFile {
    private static let chunkByteCount = BlobTrailer.chunkByteCount
    /// Chunks that the disk is asked to begin with at once: 4 MiB.
    private static let chunksPerStroke = 64

    let blob: BlobID
    let byteCountMax: UInt64
    private let file: BlobFile
    private let folder: BlobFolder
    private let strike: BlobStep.Strike
    /// Of all whole chunks.
    private var hash: SHA256? = SHA256()
    private var digests: [UInt64] = []
    /// The bytes of the chunk that is not whole yet, and how many of them are in the file.
    private var chunk: [UInt8] = []
    private var writtenOfChunk = 0
    private var isNew: Bool

    /// Bytes taken, some of which may not be in the file yet.
    var byteCount: UInt64 { UInt64(digests.count) * UInt64(Self.chunkByteCount) + UInt64(chunk.count) }

    /// A new file, or what is there.
    init(
        _ blob: BlobID, byteCountMax: UInt64, isNew: Bool, in folder: BlobFolder, strike: @escaping BlobStep.Strike
    ) throws(BlobError) {
        self.blob = blob
        self.byteCountMax = byteCountMax
        self.folder = folder
        self.strike = strike
        self.isNew = isNew
        file = try BlobFolder.open(folder.part(blob), O_RDWR | (isNew ? O_CREAT | O_EXCL : 0))
        chunk.reserveCapacity(Self.chunkByteCount)
        guard !isNew else { return }
        // A crash may have left the beginnings of a trailer behind the bytes.
        try cut(to: min(try Self.byteCount(of: file), byteCountMax))
        try sync()
    }

    static func byteCount(of file: BlobFile) throws(BlobError) -> UInt64 {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { throw BlobFolder.failure() }
        return UInt64(clamping: status.st_size)
    }

    // MARK: Appending

    func append(_ bytes: [UInt8]) throws(BlobError) {
        guard UInt64(bytes.count) <= byteCountMax - byteCount else { throw .tooLong }
        var rest = bytes[...]
        while !rest.isEmpty {
            if chunk.isEmpty && rest.count == Self.chunkByteCount && rest.count == bytes.count {
                // The usual piece from a socket: no need to copy it.
                chunk = bytes
                rest = []
            } else {
                let taken = rest.prefix(Self.chunkByteCount - chunk.count)
                chunk.append(contentsOf: taken)
                rest = rest.dropFirst(taken.count)
            }
            if chunk.count == Self.chunkByteCount { try endChunk() }
        }
    }

    private func endChunk() throws(BlobError) {
        try writeChunk()
        takeDigests()
        if digests.count % Self.chunksPerStroke == 0 { beginWriteback() }
        chunk.removeAll(keepingCapacity: true)
        writtenOfChunk = 0
    }

    /// Lets the disk begin with what was written, so that the flush at the end finds little left to do.
    private func beginWriteback() {
        let byteCount = Int64(Self.chunksPerStroke * Self.chunkByteCount)
        let end = Int64(digests.count) * Int64(Self.chunkByteCount)
        // A hint: whether it is taken shows in the flush.
        _ = sotto_begin_writeback(file.descriptor, end - byteCount, byteCount)
    }

    private func takeDigests() {
        let number = digests.count
        digests.append(
            chunk.withUnsafeBytes { (bytes) in
                hash?.update(bytes)
                return BlobTrailer.digest(of: bytes, number: number)
            })
    }

    /// Writes what the file lacks of the chunk.
    private func writeChunk() throws(BlobError) {
        let start = UInt64(digests.count) * UInt64(Self.chunkByteCount)
        try BlobStep.write.begin(strike)
        while writtenOfChunk < chunk.count {
            let written = chunk.withUnsafeBytes { (bytes) in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[writtenOfChunk...])
                return pwrite(
                    file.descriptor, rest.baseAddress, rest.count, off_t(start) + off_t(writtenOfChunk))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw written == 0 ? .full : BlobFolder.failure() }
            writtenOfChunk += written
        }
    }

    /// All bytes so far, and that the file is there, survive a power cut.
    func sync() throws(BlobError) {
        try writeChunk()
        try BlobStep.syncPart.begin(strike)
        guard fdatasync(file.descriptor) == 0 else { throw BlobFolder.failure() }
        guard isNew else { return }
        try BlobFolder.sync(folder.parts)
        isNew = false
    }

    /// Keeps the first `byteCount` bytes, and learns them again from the file.
    func cut(to byteCount: UInt64) throws(BlobError) {
        guard ftruncate(file.descriptor, off_t(clamping: byteCount)) == 0 else { throw BlobFolder.failure() }
        hash = SHA256()
        digests = []
        chunk.removeAll(keepingCapacity: true)
        writtenOfChunk = 0
        while self.byteCount < byteCount {
            let wanted = Int(min(UInt64(Self.chunkByteCount), byteCount - self.byteCount))
            chunk = try file.read(at: self.byteCount, byteCount: wanted)
            guard chunk.count == wanted else { throw .failing(reason: "the file became shorter") }
            writtenOfChunk = wanted
            guard wanted == Self.chunkByteCount else { return }
            takeDigests()
            chunk.removeAll(keepingCapacity: true)
            writtenOfChunk = 0
        }
    }

    // MARK: Finishing

    /// Makes it a stored blob, which ends the use of this value: the trailer, a flush, the new name, a flush of the
    /// folder. The order is what keeps a crash from leaving half a blob under its name.
    func finish(sha256 expected: [UInt8]?) throws(BlobError) -> StoredBlob {
        guard byteCount == byteCountMax else { throw .incomplete }
        try writeChunk()
        if !chunk.isEmpty { takeDigests() }
        guard let sha256 = hash.take()?.finish() else { throw .closed }
        if let expected, !ConstantTime.equal(expected, sha256) { throw .otherDigest }
        let stored = StoredBlob(byteCount: byteCountMax, sha256: sha256)
        try Self.write(BlobTrailer(blob: stored, digests: digests).bytes, at: byteCountMax, to: file, strike)
        try BlobStep.syncWhole.begin(strike)
        guard fdatasync(file.descriptor) == 0 else { throw BlobFolder.failure() }
        try BlobStep.rename.begin(strike)
        try folder.store(blob)
        try BlobStep.syncFolder.begin(strike)
        try BlobFolder.sync(folder.folder(of: blob))
        return stored
    }

    private static func write(
        _ bytes: [UInt8], at offset: UInt64, to file: BlobFile, _ strike: BlobStep.Strike
    ) throws(BlobError) {
        try BlobStep.writeTrailer.begin(strike)
        var writtenCount = 0
        while writtenCount < bytes.count {
            let written = bytes.withUnsafeBytes { (bytes) in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[writtenCount...])
                return pwrite(file.descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(writtenCount))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw written == 0 ? .full : BlobFolder.failure() }
            writtenCount += written
        }
    }
}
