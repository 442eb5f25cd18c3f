import CLinux
import Crypto
import Glibc
import Store

/// A part's file with what is known of its bytes: SHA-256 of them and the digests of their chunks, carried along.
///
/// What an earlier process wrote is read again when it is first needed, and not to find out how much there is. Bytes
/// gather up to a chunk and are then hashed and written at once. Belongs to one thread at a time.
final class PartFile {
    private static let chunkByteCount = BlobTrailer.chunkByteCount
    /// Chunks that the disk is asked to begin with at once: 4 MiB.
    private static let chunksPerStroke = 64

    let blob: BlobID
    let byteCountMax: UInt64
    private let file: BlobFile
    private let folder: BlobFolder
    private let strike: BlobStep.Strike
    private var known = PartMemory()
    /// What was known when it was taken, to go back to.
    private var mark: PartMemory?
    /// How many bytes there are while they are not known.
    private var unread: UInt64?
    /// How many bytes of the chunk are in the file.
    private var writtenOfChunk = 0
    /// Bytes that had to be read again.
    private(set) var rereadByteCount: UInt64 = 0
    /// Asked before the disk is to begin with more.
    private let hasRoom: @Sendable () -> Bool
    private var isNew: Bool

    /// Bytes taken, some of which may not be in the file yet.
    var byteCount: UInt64 { unread ?? known.byteCount }

    /// What is known of its bytes; `nil` where nobody asked for them.
    var memory: PartMemory? { unread == nil ? known : nil }

    /// A new file, or what is there.
    /// - Parameter memory: what was known of it last; passed over where the file is not so long.
    init(
        _ blob: BlobID, byteCountMax: UInt64, isNew: Bool, memory: PartMemory? = nil, in folder: BlobFolder,
        strike: @escaping BlobStep.Strike, hasRoom: @escaping @Sendable () -> Bool
    ) throws(BlobError) {
        self.blob = blob
        self.byteCountMax = byteCountMax
        self.folder = folder
        self.strike = strike
        self.isNew = isNew
        self.hasRoom = hasRoom
        file = try BlobFolder.open(folder.part(blob), O_RDWR | (isNew ? O_CREAT | O_EXCL : 0))
        guard !isNew else {
            mark = PartMemory()
            return
        }
        let found = min(try Self.byteCount(of: file), byteCountMax)
        // A crash may have left the beginnings of a trailer behind the bytes.
        try truncate(to: found)
        if let memory, memory.byteCount == found { go(on: memory) } else { unread = found }
        try sync()
    }

    static func byteCount(of file: BlobFile) throws(BlobError) -> UInt64 {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { throw BlobFolder.failure() }
        return UInt64(clamping: status.st_size)
    }

    // MARK: Appending

    func append(_ bytes: [UInt8]) throws(BlobError) {
        try learn()
        guard UInt64(bytes.count) <= byteCountMax - byteCount else { throw .tooLong }
        var rest = bytes[...]
        while !rest.isEmpty {
            if known.chunk.isEmpty && rest.count == Self.chunkByteCount && rest.count == bytes.count {
                // The usual piece from a socket: no need to copy it.
                known.chunk = bytes
                rest = []
            } else {
                let taken = rest.prefix(Self.chunkByteCount - known.chunk.count)
                known.chunk.append(contentsOf: taken)
                rest = rest.dropFirst(taken.count)
            }
            if known.chunk.count == Self.chunkByteCount { try endChunk() }
        }
    }

    private func endChunk() throws(BlobError) {
        try writeChunk()
        known.endChunk()
        writtenOfChunk = 0
        guard known.digests.count % Self.chunksPerStroke == 0 else { return }
        beginWriteback()
        guard hasRoom() else { throw .full }
    }

    /// Lets the disk begin with what was written, so that the flush at the end finds little left to do.
    private func beginWriteback() {
        let byteCount = Int64(Self.chunksPerStroke * Self.chunkByteCount)
        let end = Int64(known.digests.count) * Int64(Self.chunkByteCount)
        // A hint: whether it is taken shows in the flush.
        _ = sotto_begin_writeback(file.descriptor, end - byteCount, byteCount)
    }

    /// Writes what the file lacks of the chunk.
    private func writeChunk() throws(BlobError) {
        guard unread == nil else { return }
        let start = UInt64(known.digests.count) * UInt64(Self.chunkByteCount)
        try BlobStep.write.begin(strike)
        while writtenOfChunk < known.chunk.count {
            let written = known.chunk.withUnsafeBytes { (bytes) in
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

    // MARK: What is there

    private func truncate(to byteCount: UInt64) throws(BlobError) {
        guard ftruncate(file.descriptor, off_t(clamping: byteCount)) == 0 else { throw BlobFolder.failure() }
    }

    /// Keeps the first `byteCount` bytes.
    func cut(to byteCount: UInt64) throws(BlobError) {
        guard byteCount != unread else { return }
        try truncate(to: byteCount)
        if let mark, mark.byteCount == byteCount {
            go(on: mark)
        } else {
            unread = byteCount
            try learn()
        }
    }

    private func go(on memory: PartMemory) {
        unread = nil
        mark = memory
        known = memory.copy()
        writtenOfChunk = known.chunk.count
    }

    /// Reads what nobody remembers.
    private func learn() throws(BlobError) {
        guard let byteCount = unread else { return }
        let learned = PartMemory()
        while learned.byteCount < byteCount {
            let wanted = Int(min(UInt64(Self.chunkByteCount), byteCount - learned.byteCount))
            let bytes = try file.read(at: learned.byteCount, byteCount: wanted)
            guard bytes.count == wanted else { throw .failing(reason: "the file became shorter") }
            rereadByteCount += UInt64(wanted)
            learned.chunk = bytes
            if wanted == Self.chunkByteCount { learned.endChunk() }
        }
        go(on: learned)
    }

    // MARK: Finishing

    /// Makes it a stored blob, which ends the use of this value: the trailer, a flush, the new name, a flush of the
    /// folder. The order is what keeps a crash from leaving half a blob under its name.
    func finish(sha256 expected: [UInt8]?) throws(BlobError) -> StoredBlob {
        guard byteCount == byteCountMax else { throw .incomplete }
        try learn()
        try writeChunk()
        let (sha256, digests) = known.finish()
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
