public import Store
public import Wire

/// Uploads while they come: from the first byte to the complete file.
public final class MediaUploads: Sendable {
    /// How much is taken.
    public let bounds: MediaBounds
    let chat: ChatEngine
    /// What slows down whoever sends too fast.
    let budget: ByteBudget<AccountID>
    private let blobs: BlobStore
    private let files: MediaFiles
    private let inspector: MediaInspector
    /// How long a request waits for another one that completes the same upload.
    private static let completionTimeout = Duration.seconds(10)

    init(chat: ChatEngine, blobs: BlobStore, bounds: MediaBounds, files: MediaFiles, inspector: MediaInspector) {
        self.chat = chat
        self.blobs = blobs
        self.bounds = bounds
        self.files = files
        self.inspector = inspector
        budget = ByteBudget(rate: bounds.uploadRate)
    }

    /// The upload that a capability is for.
    public func upload(_ capability: PresentedToken) async throws(Problem) -> MediaRow {
        try await chat.look { (look) throws(Problem) in try look.upload(capability) }
    }

    /// How much of an upload is durable. One that has all its bytes is completed on the way.
    public func offset(of row: MediaRow) async throws(Problem) -> UInt64 {
        guard row.state == .uploading else { return row.byteCount }
        let byteCount: UInt64
        do throws(BlobError) {
            byteCount = try await blobs.durableByteCount(row.blob, row.byteCount)
        } catch .absent {
            return 0
        } catch {
            throw Problem(error)
        }
        if byteCount == row.byteCount { try await awaitCompletion(of: row) }
        return byteCount
    }

    /// Completes an upload, or waits for the request that is doing so: a client that hears of the last byte may
    /// download at once.
    private func awaitCompletion(of row: MediaRow) async throws(Problem) {
        let end = ContinuousClock.now + Self.completionTimeout
        while true {
            do throws(Problem) {
                _ = try await complete(row)
                return
            } catch {
                guard error.code == .uploadLocked, ContinuousClock.now < end, !Task.isCancelled else { throw error }
            }
            await untilFree(row.blob, or: end)
            let found = try await chat.look { (look) throws(Problem) in try look.tables.row(MediaRow.byID, row.media) }
            guard let found else { throw Turn.noMedia }
            if found.state != .uploading { return }
        }
    }

    private func untilFree(_ blob: BlobID, or end: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { [blobs] (group) in
            group.addTask { await blobs.untilFree(blob) }
            group.addTask { try? await Task.sleep(until: end, clock: .continuous) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Takes an upload to append to it from `offset` on.
    /// - Throws: `upload-locked`; `upload-offset-mismatch`; `storage-full`.
    public func append(
        to row: MediaRow, at offset: UInt64, checksum: UploadChecksum? = nil
    ) async throws(Problem) -> UploadWriter {
        guard row.state == .uploading else {
            guard offset == row.byteCount else { throw Self.mismatch(row.byteCount) }
            return UploadWriter(self, row, part: nil, offset: offset, checksum: checksum)
        }
        try files.checkRoom()
        guard let part = try await part(of: row) else {
            throw Self.mismatch(row.byteCount)
        }
        guard part.byteCount == offset else {
            await part.release()
            await settle(row)
            throw Self.mismatch(part.byteCount)
        }
        return UploadWriter(self, row, part: part, offset: offset, checksum: checksum)
    }

    /// Makes an upload whose bytes are all there a stored blob. Doing it again gives the same.
    /// - Throws: `upload-incomplete`; `media-hash-mismatch`, after which the upload is gone; `upload-locked`.
    public func complete(_ row: MediaRow) async throws(Problem) -> MediaRow {
        guard row.state == .uploading else { return row }
        guard let part = try await part(of: row) else {
            return try await completed(row, try await files.reader(of: row.blob).blob)
        }
        guard part.byteCount == row.byteCount else {
            await part.release()
            await settle(row)
            throw Problem(.uploadIncomplete, "\(part.byteCount) of \(row.byteCount) bytes are there.")
        }
        return try await finish(part, of: row)
    }

    /// The part, new where nothing was appended yet; `nil` when it is a stored blob already, of which the row does
    /// not know because of a crash.
    private func part(of row: MediaRow) async throws(Problem) -> BlobPart? {
        do throws(BlobError) {
            do throws(BlobError) {
                return try await blobs.resume(row.blob, row.byteCount)
            } catch .absent {
                do throws(BlobError) {
                    _ = try await blobs.open(row.blob)
                    return nil
                } catch .absent {
                    return try await blobs.begin(row.blob, row.byteCount)
                }
            }
        } catch {
            throw Problem(error)
        }
    }

    /// Gives the part back in any case.
    func finish(_ part: BlobPart, of row: MediaRow) async throws(Problem) -> MediaRow {
        let stored: StoredBlob
        do throws(BlobError) {
            stored = try await part.finish(row.sha256)
            await part.release()
        } catch {
            await part.release()
            if error == .otherDigest { try await abandon(row) } else { await settle(row) }
            throw Problem(error)
        }
        return try await completed(row, stored)
    }

    private func completed(_ row: MediaRow, _ stored: StoredBlob) async throws(Problem) -> MediaRow {
        let isProcessed = inspector.isThere
        let completed = try await chat.commit { (turn) throws(Problem) in
            try turn.completeUpload(row.media, blob: row.blob, stored: stored, isProcessed: isProcessed)
        }
        guard let completed else {
            await files.bury()
            throw Turn.noMedia
        }
        if completed.state == .processing { inspector.inspect(completed) }
        return completed
    }

    /// Removes what was appended to an upload that was deleted meanwhile: nobody else knows of it any more. For
    /// whoever gives a part back, however it went: one may have been begun for a row that was gone already.
    func settle(_ row: MediaRow) async {
        let isGone = try? await chat.look { (look) throws(Problem) in
            try look.tables.row(MediaRow.byID, row.media) == nil
        }
        if isGone == true { try? await blobs.remove(row.blob) }
    }

    /// Gives an upload up, with what was appended; leaves it when it has become complete meanwhile.
    /// - Returns: whether it is gone.
    @discardableResult
    public func abandon(_ row: MediaRow) async throws(Problem) -> Bool {
        let isGone = try await chat.commit { (turn) throws(Problem) in try turn.abandonUpload(row.media) }
        await files.bury()
        return isGone
    }

    private static func mismatch(_ offset: UInt64) -> Problem {
        Problem(.uploadOffsetMismatch, "The upload stands at \(offset).")
    }
}
