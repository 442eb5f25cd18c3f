import Crypto
import Store
public import Wire

/// An upload while one request appends to it. One task uses it, one call after the other, and ends it with
/// ``finish()`` or ``stop()``.
public final class UploadWriter: @unchecked Sendable {
    // Unchecked because one task has it, one call after the other.
    private let house: MediaHouse
    private let row: MediaRow
    /// `nil` when all bytes were there before.
    private let part: BlobPart?
    private let start: UInt64
    private var offset: UInt64
    private let checksum: UploadChecksum?

    init(_ house: MediaHouse, _ row: MediaRow, part: BlobPart?, offset: UInt64, checksum: UploadChecksum?) {
        self.house = house
        self.row = row
        self.part = part
        self.checksum = checksum
        start = offset
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
        do throws(BlobError) { try await part.append(bytes) } catch { throw Problem(error) }
        offset += UInt64(bytes.count)
        let wait = house.budget.spend(bytes.count, by: row.owner.account, now: house.chat.clock())
        if wait > 0 { try? await Task.sleep(for: .milliseconds(Int64(wait))) }
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
            _ = try await house.finish(part, of: row)
            return offset
        }
        do throws(BlobError) {
            let durable = try await part.sync()
            await part.release()
            await house.settle(row)
            return durable
        } catch {
            await part.release()
            throw Problem(error)
        }
    }

    /// Ends a request whose body was cut: what came is kept, unless it had a checksum.
    public func stop() async {
        guard let part else { return }
        guard checksum == nil else { return await takeBack(part) }
        _ = try? await part.sync()
        await part.release()
        await house.settle(row)
    }

    private func takeBack(_ part: BlobPart) async {
        try? await part.rollBack(start)
        await part.release()
    }
}
