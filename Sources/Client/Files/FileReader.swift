import Crypto
import Wire

/// Reads a file beside a message from any place, as a player does, without the rest of it: in bounded memory, however
/// long the file is.
///
/// What it gives is as authentic as its chunks are (docs/protocol/attachments.md, "A part of it"). Whole chunks are
/// fetched, only those that are asked for, and those once; the newest ``ReaderLimits/chunksKeptMax`` are kept. Who
/// reads on where the last read ended has the next chunks fetched ahead, more of them the longer that goes on.
/// Several may read at once.
public actor FileReader {
    /// What the sender says of it.
    public nonisolated let note: FileNote

    private let owner: AccountOwner
    private let media: MediaID
    private let key: [UInt8]
    private let summary: SealedFile.Summary

    /// Opened chunks by their numbers, and when each was last asked for.
    private var chunks: [Int: (bytes: [UInt8], use: UInt64)] = [:]
    private var uses: UInt64 = 0
    /// Chunks that are being fetched, by number; several of one run share a task.
    private var fetches: [Int: Task<Result<Void, ClientError>, Never>] = [:]
    /// Where the last read ended, and how many chunks were fetched ahead behind it.
    private var lastEnd = 0
    private var aheadCount = 0

    init(_ owner: AccountOwner, _ pointer: AttachmentPointer) throws(ClientError) {
        (media, summary) = try pointer.checked()
        note = pointer.note
        key = pointer.key
        self.owner = owner
    }

    deinit { for task in fetches.values { task.cancel() } }

    /// Bytes in the file.
    public nonisolated var byteCount: Int { Int(clamping: note.byteCount) }

    /// The bytes `range` of the file; at most ``ReaderLimits/readByteCountMax``.
    /// - Throws: ``SottoError/Code/file(_:)`` with ``FileFailure/none`` for a range that is too long or not in the
    ///   file, with ``FileFailure/notAuthentic`` for what is not the sender's; what the server refuses with.
    public func read(_ range: Range<Int>) async throws(SottoError) -> [UInt8] {
        do throws(ClientError) { return try await bytes(range) } catch { throw SottoError(error) }
    }

    private func bytes(_ range: Range<Int>) async throws(ClientError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= byteCount, range.count <= ReaderLimits.readByteCountMax else {
            throw .file(.none)
        }
        guard !range.isEmpty else { return [] }
        let size = SealedStream.chunkByteCount
        let wanted = (range.lowerBound / size)...((range.upperBound - 1) / size)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        start(wanted)
        for number in wanted {
            let chunk = try await chunk(number)
            let from = max(0, range.lowerBound - number * size)
            let to = min(chunk.count, range.upperBound - number * size)
            guard from <= to else { throw .file(.notAuthentic) }
            bytes += chunk[from..<to]
        }
        readAhead(range, behind: wanted.upperBound)
        return bytes
    }

    /// The bytes `range` of the file in pieces, in order; each is fetched when it is asked for, or a little ahead.
    public nonisolated func pieces(of range: Range<Int>) -> FilePieces { FilePieces(reader: self, range: range) }

    /// Opened bytes that are kept now.
    var keptByteCount: Int { chunks.values.reduce(0) { $0 + $1.bytes.count } }

    // MARK: Chunks

    /// One opened chunk, from the cache or from whoever fetches it.
    private func chunk(_ number: Int) async throws(ClientError) -> [UInt8] {
        // A chunk may have left the cache again before its reader's turn came.
        for _ in 0..<ReaderLimits.triesMax {
            if let found = chunks[number] {
                uses += 1
                chunks[number] = (found.bytes, uses)
                return found.bytes
            }
            start(number...number)
            guard let task = fetches[number] else { continue }
            try await task.value.get()
        }
        throw .file(.unreadable)
    }

    /// Begins to fetch what is neither there nor under way: one request for each run of numbers.
    private func start(_ numbers: ClosedRange<Int>) {
        var missing = numbers.filter { chunks[$0] == nil && fetches[$0] == nil }[...]
        while let first = missing.first {
            var last = first
            missing.removeFirst()
            while missing.first == last + 1 {
                last += 1
                missing.removeFirst()
            }
            let run = first...last
            let task = Task { await self.fetch(run) }
            for number in run { fetches[number] = task }
        }
    }

    private func fetch(_ run: ClosedRange<Int>) async -> Result<Void, ClientError> {
        defer { for number in run { fetches[number] = nil } }
        do throws(ClientError) {
            guard let key = try? SealedStream.Key(SecretBytes(copying: key)),
                let seeker = SealedStream.Seeker(key: key, sealedByteCount: summary.sealedByteCount)
            else { throw .file(.notAuthentic) }
            let size = SealedStream.chunkByteCount
            let range = (run.lowerBound * size)..<min((run.upperBound + 1) * size, seeker.plaintextByteCount)
            guard let sealedRange = seeker.sealedRange(of: range) else { throw .file(.none) }
            let wanted = UInt64(sealedRange.lowerBound)..<UInt64(sealedRange.upperBound)
            let sealed = try await Self.fetch(media, wanted, owner)
            let opened: [UInt8]
            do { opened = try seeker.open(range, from: sealed) } catch { throw .file(.notAuthentic) }
            for number in run {
                let start = (number - run.lowerBound) * size
                keep(Array(opened[start..<min(start + size, opened.count)]), number)
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private static func fetch(
        _ media: MediaID, _ range: Range<UInt64>, _ owner: AccountOwner
    ) async throws(ClientError) -> [UInt8] {
        try await owner.run { (rooms) async throws(ClientError) in try await rooms.downloads.fetch(media, range) }
    }

    private func keep(_ bytes: [UInt8], _ number: Int) {
        uses += 1
        chunks[number] = (bytes, uses)
        while chunks.count > ReaderLimits.chunksKeptMax, let oldest = chunks.min(by: { $0.value.use < $1.value.use }) {
            chunks[oldest.key] = nil
        }
    }

    /// Twice as many chunks with each read that goes on where the last one ended; none after a seek.
    private func readAhead(_ range: Range<Int>, behind last: Int) {
        let isGoingOn = range.lowerBound == lastEnd && range.lowerBound > 0
        lastEnd = range.upperBound
        aheadCount = isGoingOn ? min(max(1, aheadCount * 2), ReaderLimits.chunksAheadMax) : 0
        let end = (byteCount + SealedStream.chunkByteCount - 1) / SealedStream.chunkByteCount
        // Not in driblets: the next request is made when half of what was ahead has been read.
        let ahead = (last + 1)..<min(end, last + 1 + aheadCount)
        let missing = ahead.filter { chunks[$0] == nil && fetches[$0] == nil }
        guard missing.count * 2 >= aheadCount, let first = missing.first, let last = missing.last else { return }
        start(first...last)
    }
}

/// The reader's bounds; `FileReaderTests` holds how they relate.
public enum ReaderLimits {
    /// Opened chunks of 64 KiB that a reader keeps: 4 MiB.
    public static let chunksKeptMax = 64
    /// Chunks that are fetched ahead of who reads in order: 1 MiB.
    public static let chunksAheadMax = 16
    /// Bytes of one read: 1 MiB.
    public static let readByteCountMax = 1 << 20
    /// Bytes of one piece of a sequence, but for the first and the last.
    public static let pieceByteCount = 256 << 10
    /// Times that a chunk is fetched for one read.
    static let triesMax = 3
}

/// A part of a file, piece by piece. ``FileReader/pieces(of:)`` makes it.
public struct FilePieces: AsyncSequence, Sendable {
    let reader: FileReader
    let range: Range<Int>

    /// Gives the next piece; the first ends at a border of pieces, so that the others fetch whole chunks alone.
    public struct Iterator: AsyncIteratorProtocol {
        let reader: FileReader
        var rest: Range<Int>

        /// `nil` after the last piece.
        /// - Throws: as ``FileReader/read(_:)``.
        public mutating func next() async throws(SottoError) -> [UInt8]? {
            guard !rest.isEmpty else { return nil }
            guard !Task.isCancelled else { throw .file(.interrupted) }
            let border = (rest.lowerBound / ReaderLimits.pieceByteCount + 1) * ReaderLimits.pieceByteCount
            let piece = rest.lowerBound..<Swift.min(rest.upperBound, border)
            let bytes = try await reader.read(piece)
            rest = piece.upperBound..<rest.upperBound
            return bytes
        }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader, rest: range) }
}
