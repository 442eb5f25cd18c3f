import Crypto
import Store
public import Wire

/// An upload while one request appends to it. One task uses it, one call after the other, and ends it with
/// ``finish()`` or ``stop()``.
public final class UploadWriter: @unchecked Sendable {
    // Unchecked because one task has it, one call after the other.
    private let uploads: MediaUploads
    private let row: MediaRow
    /// `nil` when all bytes were there before.
    private let part: BlobPart?
    private let start: UInt64
    private var offset: UInt64
    private let checksum: UploadChecksum?
    /// What the row knows to have come.
    private var noted: UInt64
    /// Bytes that may come before the row hears of them.
    private static let unnotedByteCountMax: UInt64 = 16 << 20

    init(_ uploads: MediaUploads, _ row: MediaRow, part: BlobPart?, offset: UInt64, checksum: UploadChecksum?) {
        self.uploads = uploads
        self.row = row
        self.part = part
        self.checksum = checksum
        start = offset
        noted = row.heldByteCount
        self.offset = offset
    }

    /// Bytes that may still be appended.
    public var remainingByteCount: UInt64 { row.byteCount - offset }

    /// Appends; returns when more may come. Slows down whoever sends faster than the account may.
    /// - Throws: `body-too-large`; `storage-full`. Then ``stop()``.
    public func append(_ bytes: [UInt8]) async throws(Problem) {
        guard UInt64(bytes.count) <= remainingByteCount, let part else {
            throw Problem(.bodyTooLarge, "More bytes than were declared.")
        }
        checksum?.update(bytes)
        try await note(upTo: offset + UInt64(bytes.count))
        do throws(BlobError) { try await part.append(bytes) } catch { throw Problem(error) }
        offset += UInt64(bytes.count)
        let wait = uploads.budget.spend(bytes.count, by: row.owner.account, now: uploads.chat.clock())
        // A request that is cancelled need not wait.
        if wait > 0 { try? await Task.sleep(for: .milliseconds(Int64(wait))) }
    }

    /// Lets the row know of the first bytes, and of more every now and then; completion tells it of the last.
    /// - Throws: `storage-full`.
    private func note(upTo end: UInt64) async throws(Problem) {
        guard end < row.byteCount, end > noted, noted == 0 || end - noted > Self.unnotedByteCountMax else { return }
        let (media, bounds) = (row.media, uploads.bounds)
        try await uploads.chat.commit { (turn) throws(Problem) in
            try turn.noteBytes(of: media, byteCount: end, within: bounds)
        }
        noted = end
    }

    /// Lets the row know what is there when a request ends.
    private func noteEnd(_ end: UInt64) async {
        guard end != noted else { return }
        let media = row.media
        // What stays untold is told by the next request.
        try? await uploads.chat.commit { (turn) throws(Problem) in try turn.noteBytes(of: media, byteCount: end) }
        noted = end
    }

    /// Ends a request whose body came whole: the bytes are durable when this returns, and the upload is complete if
    /// all are there.
    /// - Returns: the offset.
    /// - Throws: `checksum-mismatch`, after which none of them are kept; `media-hash-mismatch`; `storage-full`.
    public func finish() async throws(Problem) -> UInt64 {
        guard let part else { return offset }
        if let checksum, !checksum.isRight() {
            await takeBack(part)
            throw Problem(.checksumMismatch, "Send the same bytes again; the upload stands at \(start).")
        }
        if offset == row.byteCount {
            _ = try await uploads.finish(part, of: row)
            return offset
        }
        do throws(BlobError) {
            let durable = try await part.sync()
            await part.release()
            await noteEnd(durable)
            await uploads.settle(row)
            return durable
        } catch {
            await part.release()
            await uploads.settle(row)
            throw Problem(error)
        }
    }

    /// Ends a request whose body was cut: what came is kept, unless it had a checksum.
    public func stop() async {
        guard let part else { return }
        guard checksum == nil else { return await takeBack(part) }
        let durable = try? await part.sync()
        await part.release()
        if let durable { await noteEnd(durable) }
        await uploads.settle(row)
    }

    private func takeBack(_ part: BlobPart) async {
        try? await part.rollBack(start)
        await part.release()
        await noteEnd(start)
        await uploads.settle(row)
    }
}
