import CLinux
import Crypto
import Glibc
import Store

/// A part's file with what is known of its bytes: SHA-256 of them and the digests of their chunks, carried along.
///
/// Bytes gather up to a chunk and are then hashed and written at once; the digests follow, as ``PartLayout`` says. What
/// an earlier process left counts as far as it proves itself, and the rest is forgotten. Belongs to one thread at a
/// time.
final class PartFile {
    private static let chunkByteCount = BlobTrailer.chunkByteCount
    /// Chunks that the disk is asked to begin with at once, and whose digests are written together: 4 MiB.
    private static let chunksPerStroke = 64

    let blob: BlobID
    let layout: PartLayout
    private let file: BlobFile
    private let folder: BlobFolder
    private let strike: BlobStep.Strike
    private var known = PartMemory()
    /// What was known when it was taken, to go back to.
    private var taken: PartMemory?
    /// How many bytes there are while they are not known.
    private var unread: UInt64?
    /// How many bytes of the chunk are in the file.
    private var writtenOfChunk = 0
    /// Digests in the file, from the first on.
    private var writtenDigestCount = 0
    private var marks: [PartMark?]
    /// The mark that the last bytes of ``standing`` rest on; never written over before another one is durable.
    private var standingMark: Int?
    /// How many bytes are durable with their proof.
    private(set) var standing: UInt64 = 0
    /// Bytes that had to be read again.
    private(set) var rereadByteCount: UInt64 = 0
    /// Asked before the disk is to begin with more.
    private let hasRoom: @Sendable () -> Bool
    private var isNew: Bool

    /// Bytes taken, some of which may not be in the file yet.
    var byteCount: UInt64 { unread ?? known.byteCount }

    var isWhole: Bool { byteCount == layout.byteCountMax }

    /// What the next one who takes the part need not find out; `nil` where the file has to prove its bytes again.
    var rest: PartRest? {
        guard !isNew, byteCount == standing else { return nil }
        return PartRest(byteCount: standing, memory: unread == nil ? known : nil)
    }

    /// A new file, or what is there.
    /// - Parameter rest: of the one who had it last in this process; `nil` to let the file prove what it has.
    init(
        _ blob: BlobID, byteCountMax: UInt64, isNew: Bool, rest: PartRest? = nil, in folder: BlobFolder,
        strike: @escaping BlobStep.Strike, hasRoom: @escaping @Sendable () -> Bool
    ) throws(BlobError) {
        self.blob = blob
        layout = PartLayout(byteCountMax: byteCountMax)
        self.folder = folder
        self.strike = strike
        self.isNew = isNew
        self.hasRoom = hasRoom
        file = try BlobFolder.open(folder.part(blob), O_RDWR | (isNew ? O_CREAT | O_EXCL : 0))
        marks = Array(repeating: nil, count: PartMark.count)
        if isNew {
            taken = PartMemory()
        } else if let rest, try isWorth(rest) {
            try goOn(from: rest)
        } else {
            try recover()
        }
    }

    static func byteCount(of file: BlobFile) throws(BlobError) -> UInt64 {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { throw BlobFolder.failure() }
        return UInt64(clamping: status.st_size)
    }

    // MARK: Appending

    func append(_ bytes: [UInt8]) throws(BlobError) {
        try learn()
        guard UInt64(bytes.count) <= layout.byteCountMax - byteCount else { throw .tooLong }
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
        do throws(BlobError) {
            try writeChunk()
        } catch {
            // What came before stays, where there is no room for more: its proof has a block since the first chunk.
            try? writeDigests(known.digests)
            throw error
        }
        known.endChunk()
        writtenOfChunk = 0
        if known.digests.count == 1 { try writeDigests(known.digests) }
        guard known.digests.count % Self.chunksPerStroke == 0 else { return }
        try writeDigests(known.digests)
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
        guard unread == nil, writtenOfChunk < known.chunk.count else { return }
        let start = UInt64(known.digests.count) * UInt64(Self.chunkByteCount)
        try file.write(known.chunk, from: writtenOfChunk, at: start, before: .write, strike)
        writtenOfChunk = known.chunk.count
    }

    /// Writes the digests that the file lacks.
    private func writeDigests(_ digests: [UInt64]) throws(BlobError) {
        guard unread == nil, writtenDigestCount < digests.count else { return }
        var bytes: [UInt8] = []
        for digest in digests[writtenDigestCount...] { BlobTrailer.append(digest, to: &bytes) }
        try file.write(bytes, at: layout.digestOffset(of: writtenDigestCount), before: .writeProof, strike)
        writtenDigestCount = digests.count
    }

    /// All bytes so far, what proves them, and that the file is there survive a power cut.
    func sync() throws(BlobError) {
        guard isNew || byteCount != standing else { return }
        try writeChunk()
        try writeDigests(known.digests)
        let mark = try writeMark()
        try flush()
        if isNew { try BlobFolder.sync(folder.parts) }
        isNew = false
        (standing, standingMark) = (byteCount, mark)
    }

    private func flush() throws(BlobError) {
        try BlobStep.syncPart.begin(strike)
        guard fdatasync(file.descriptor) == 0 else { throw BlobFolder.failure() }
    }

    /// Writes a mark for the last bytes, over the one that nothing rests on.
    /// - Returns: which one; `nil` where the last chunk is whole and needs none.
    private func writeMark() throws(BlobError) -> Int? {
        guard !known.chunk.isEmpty else { return nil }
        let number = standingMark == 0 ? 1 : 0
        let mark = PartMark(end: known.byteCount, chunk: known.chunk)
        try file.write(mark.bytes, at: layout.markOffset(number), before: .writeProof, strike)
        marks[number] = mark
        return number
    }

    // MARK: What is there

    /// Whether the file can be what was left: nobody else is to write to it, but somebody may have cut it.
    private func isWorth(_ rest: PartRest) throws(BlobError) -> Bool {
        guard rest.byteCount > 0 else { return true }
        return try Self.byteCount(of: file) > layout.byteCountMax
    }

    private func goOn(from rest: PartRest) throws(BlobError) {
        marks = try layout.marks(in: file)
        standing = rest.byteCount
        standingMark = marks.firstIndex { $0?.end == standing }
        writtenDigestCount = PartLayout.wholeChunkCount(in: standing)
        if let memory = rest.memory { go(on: memory) } else { unread = standing }
    }

    /// Finds out what an earlier process left, and makes it durable: it may never have been flushed, nor its name.
    private func recover() throws(BlobError) {
        let proof = try PartProof(of: file, layout)
        rereadByteCount += proof.readByteCount
        marks = proof.marks
        writtenDigestCount = proof.notedChunkCount
        standing = proof.byteCount
        standingMark = proof.mark
        go(on: proof.memory)
        try forgetRest(keeping: proof.digestCount)
        try BlobFolder.sync(folder.parts)
    }

    /// Keeps the first `byteCount` bytes, durably.
    func cut(to byteCount: UInt64) throws(BlobError) {
        guard byteCount < self.byteCount else { return try sync() }
        if let taken, taken.byteCount == byteCount {
            go(on: taken)
        } else {
            try writeChunk()
            go(on: try read(upTo: byteCount))
        }
        try forgetRest(keeping: PartLayout.wholeChunkCount(in: byteCount))
        if isNew { try BlobFolder.sync(folder.parts) }
        isNew = false
    }

    /// Removes the proof of everything beyond what is known, so that it is never taken for what comes in its place.
    /// - Parameter digestCount: digests that are of bytes that stay.
    private func forgetRest(keeping digestCount: Int) throws(BlobError) {
        if writtenDigestCount > digestCount {
            let zeros = [UInt8](repeating: 0, count: (writtenDigestCount - digestCount) * 8)
            try file.write(zeros, at: layout.digestOffset(of: digestCount), before: .writeProof, strike)
            writtenDigestCount = digestCount
        }
        try writeDigests(known.digests)
        if known.byteCount != standing { standingMark = try writeMark() }
        try flush()
        standing = known.byteCount
        // The mark from before may go only now that it is not needed any more.
        var isClean = true
        for (number, mark) in marks.enumerated() where mark.map({ $0.end > standing }) ?? false {
            let zeros = [UInt8](repeating: 0, count: PartMark.byteCount)
            try file.write(zeros, at: layout.markOffset(number), before: .writeProof, strike)
            marks[number] = nil
            isClean = false
        }
        if !isClean { try flush() }
    }

    private func go(on memory: PartMemory) {
        unread = nil
        taken = memory
        known = memory.copy()
        writtenOfChunk = known.chunk.count
    }

    /// Reads what nobody remembers any more, though it was proven in this process.
    private func learn() throws(BlobError) {
        guard let byteCount = unread else { return }
        let digests = try layout.digests(in: file)
        let learned = try read(upTo: byteCount)
        // What decayed meanwhile is found out here; the next one who takes the part goes on from what is left.
        guard learned.digests.elementsEqual(digests.prefix(learned.digests.count)),
            learned.chunk.isEmpty || marks.contains(PartMark(end: byteCount, chunk: learned.chunk))
                || learned.copy().finish().digests == digests
        else { throw .damaged }
        go(on: learned)
    }

    private func read(upTo byteCount: UInt64) throws(BlobError) -> PartMemory {
        let learned = PartMemory()
        while learned.byteCount < byteCount {
            let wanted = Int(min(UInt64(Self.chunkByteCount), byteCount - learned.byteCount))
            let bytes = try file.read(at: learned.byteCount, byteCount: wanted)
            guard bytes.count == wanted else { throw .failing(reason: "the file became shorter") }
            rereadByteCount += UInt64(wanted)
            learned.chunk = bytes
            if wanted == Self.chunkByteCount { learned.endChunk() }
        }
        return learned
    }

    // MARK: Finishing

    /// Makes it a stored blob, which ends the use of this value: the trailer, a flush, the new name, a flush of the
    /// folder. The order is what keeps a crash from leaving half a blob under its name.
    func finish(sha256 expected: [UInt8]?) throws(BlobError) -> StoredBlob {
        precondition(isWhole, "all bytes are there")
        try learn()
        try writeChunk()
        let (sha256, digests) = known.finish()
        if let expected, !ConstantTime.equal(expected, sha256) { throw .otherDigest }
        try removeMarks(digests)
        let stored = StoredBlob(byteCount: layout.byteCountMax, sha256: sha256)
        let trailer = BlobTrailer(blob: stored, digests: digests).bytes
        try file.write(trailer, at: layout.byteCountMax, before: .writeTrailer, strike)
        try BlobStep.syncWhole.begin(strike)
        guard fdatasync(file.descriptor) == 0 else { throw BlobFolder.failure() }
        try BlobStep.rename.begin(strike)
        try folder.store(blob)
        try BlobStep.syncFolder.begin(strike)
        try BlobFolder.sync(folder.folder(of: blob))
        return stored
    }

    /// A stored blob ends with its trailer. What was answered may rest on a mark until all digests are durable.
    private func removeMarks(_ digests: [UInt64]) throws(BlobError) {
        guard try Self.byteCount(of: file) > layout.trailerEnd else { return }
        try writeDigests(digests)
        try flush()
        guard ftruncate(file.descriptor, off_t(clamping: layout.trailerEnd)) == 0 else { throw BlobFolder.failure() }
    }
}

extension BlobFile {
    /// Writes all of `bytes` from number `first` on, of which number 0 goes to `offset`.
    fileprivate func write(
        _ bytes: [UInt8], from first: Int = 0, at offset: UInt64, before step: BlobStep, _ strike: BlobStep.Strike
    ) throws(BlobError) {
        try step.begin(strike)
        var writtenCount = first
        while writtenCount < bytes.count {
            let written = bytes.withUnsafeBytes { (bytes) in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[writtenCount...])
                return pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(writtenCount))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw written == 0 ? .full : BlobFolder.failure() }
            writtenCount += written
        }
    }
}
