public import Store
import Threads
public import Wire

/// Where rows and files meet: uploads, readers, deletions, and the order in which the two are changed.
///
/// A row goes before its file and comes before it: a crash in between leaves an upload to resume or a file to sweep,
/// never a row that promises bytes that are not there.
public final class MediaHouse: @unchecked Sendable {
    // Unchecked because the fields that change are guarded by `lock`.
    /// How much it takes.
    public let bounds: MediaBounds
    let chat: ChatEngine
    let blobs: BlobStore
    let budget: ByteBudget<AccountID>
    let processor: MediaProcessor?
    let lateJPEGs = LateJPEGs()
    private let lock = Lock()
    private var inProcess: Set<MediaID> = []
    /// How often media were looked at that still wait.
    private var attempts: [MediaID: Int] = [:]
    private var isSwept = false
    /// Twenty milliseconds apart.
    private static let completionChecksMax = 500
    /// Open media that are looked at at the same time.
    private static let inProcessMax = 8
    /// Looks at media before they are given up: about five minutes.
    static let attemptsMax = 20

    /// - Parameter processor: what looks at open media; without one they are ready as they are.
    public init(chat: ChatEngine, blobs: BlobStore, bounds: MediaBounds, processor: MediaProcessor?) {
        self.chat = chat
        self.blobs = blobs
        self.bounds = bounds
        self.processor = processor
        budget = ByteBudget(rate: bounds.uploadRate)
    }

    /// Figures of the place for files.
    public var status: BlobStoreStatus { blobs.status() }

    /// Ends the threads behind it. Rows are the store's to close.
    public func close() async { await blobs.close() }

    // MARK: Uploads

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
        for _ in 0..<Self.completionChecksMax {
            do throws(Problem) {
                _ = try await complete(row)
                return
            } catch {
                guard error.code == .uploadLocked else { throw error }
            }
            try? await Task.sleep(for: .milliseconds(20))
            let found = try await chat.look { (look) throws(Problem) in try look.tables.row(MediaRow.byID, row.media) }
            guard let found else { throw Turn.noMedia }
            if found.state != .uploading { return }
        }
        throw Problem(.uploadLocked, "The upload is being completed.", retryAfterSeconds: 1)
    }

    /// Whether the disk may take more: the database needs what is left.
    /// - Throws: `storage-full`.
    public func checkRoom() throws(Problem) {
        if !blobs.hasRoom() { throw Problem(.full) }
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
        try checkRoom()
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
            return try await completed(row, try await reader(of: row.blob).blob)
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
        let isProcessed = processor != nil
        let completed = try await chat.commit { (turn) throws(Problem) in
            try turn.completeUpload(row.media, blob: row.blob, stored: stored, isProcessed: isProcessed)
        }
        guard let completed else {
            await bury()
            throw Turn.noMedia
        }
        if completed.state == .processing { process(completed) }
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
        await bury()
        return isGone
    }

    private static func mismatch(_ offset: UInt64) -> Problem {
        Problem(.uploadOffsetMismatch, "The upload stands at \(offset).")
    }

    // MARK: Reading and deleting

    /// The bytes of complete media, or of a thumbnail.
    public func reader(of blob: BlobID) async throws(Problem) -> BlobReader {
        do { return try await blobs.open(blob) } catch { throw Problem(error) }
    }

    /// Removes the files whose rows are gone. Files that cannot be removed now stay for the next time.
    /// - Returns: how many went.
    @discardableResult
    public func bury() async -> Int {
        var count = 0
        while let doomed = try? await chat.look({ (look) throws(Problem) in
            try look.tables.rows(DoomedBlobRow.inOrder, limit: 100)
        }) {
            var gone: [BlobID] = []
            for row in doomed where (try? await blobs.remove(row.blob)) != nil { gone.append(row.blob) }
            if gone.isEmpty { break }
            let removed = gone
            let isNoted = try? await chat.commit { (turn) throws(Problem) in
                for blob in removed { try turn.tables.remove(DoomedBlobRow.byBlob, blob) }
                return true
            }
            count += gone.count
            if isNoted == nil || doomed.count < 100 || gone.count < doomed.count { break }
        }
        return count
    }

    /// From now on open media are looked at, and thumbnails made.
    func noteSwept() { lock.withLock { isSwept = true } }

    /// Whether pictures may be made: their files come before their rows.
    var hasSwept: Bool { lock.withLock { isSwept } }

    // MARK: Open media

    /// Media that are looked at at this moment.
    var inProcessCount: Int { lock.withLock { inProcess.count } }

    /// Goes on with open media that wait, such as those of before a restart: those first that were tried least, so
    /// that none keep others waiting.
    public func resumeProcessing() async {
        guard processor != nil else { return }
        let limit = lock.withLock { attempts.count } + Self.inProcessMax
        let rows = try? await chat.look { (look) throws(Problem) in
            try look.tables.rows(MediaRow.inState, .processing, limit: limit)
        }
        guard let rows else { return }
        let tried = lock.withLock {
            // All that wait are in hand: what is not among them has gone.
            if rows.count < limit {
                let waiting = Set(rows.map(\.media))
                attempts = attempts.filter { waiting.contains($0.key) }
            }
            return attempts
        }
        for row in rows.sorted(by: { tried[$0.media, default: 0] < tried[$1.media, default: 0] }) { process(row) }
    }

    /// Starts looking at open media; those beyond the bound wait for the next sweep.
    private func process(_ row: MediaRow) {
        guard let processor, let upload = OpenUpload(row) else { return }
        let isTaken = lock.withLock {
            isSwept && inProcess.count < Self.inProcessMax && inProcess.insert(row.media).inserted
        }
        guard isTaken else { return }
        // The sweep is its parent in spirit: it begins again what did not end.
        Task {
            await judge(upload, row, by: processor)
            _ = lock.withLock { inProcess.remove(row.media) }
        }
    }

    private func judge(_ upload: OpenUpload, _ row: MediaRow, by processor: MediaProcessor) async {
        var verdict = await look(at: upload, row, by: processor)
        var thumbnails: [ThumbnailRow] = []
        for picture in verdict.made {
            guard let blob = await store(picture.bytes) else {
                verdict = .later
                break
            }
            thumbnails.append(
                ThumbnailRow(media: row.media, side: picture.side, variant: picture.variant, blob: blob))
        }
        if isGivenUp(row.media, after: verdict) { verdict = .failed("unavailable") }
        let (decided, pictures) = (verdict, thumbnails)
        _ = try? await chat.commit { (turn) throws(Problem) in
            try turn.judged(row.media, decided, thumbnails: pictures)
        }
        await bury()
    }

    private func look(
        at upload: OpenUpload, _ row: MediaRow, by processor: MediaProcessor
    ) async -> MediaProcessor.Verdict {
        do throws(BlobError) {
            return await processor.process(upload, try await blobs.open(row.blob))
        } catch {
            return MediaProcessor.Verdict(error)
        }
    }

    /// Counts the looks at media that still wait.
    private func isGivenUp(_ media: MediaID, after verdict: MediaProcessor.Verdict) -> Bool {
        lock.withLock {
            guard case .later = verdict else {
                attempts[media] = nil
                return false
            }
            attempts[media, default: 0] += 1
            guard attempts[media, default: 0] >= Self.attemptsMax else { return false }
            attempts[media] = nil
            return true
        }
    }

    /// A file of bytes that we made; `nil` where there is no room, or it cannot be written.
    func store(_ bytes: [UInt8]) async -> BlobID? {
        let blob = BlobID.random(in: chat.shard)
        guard blobs.hasRoom(), let part = try? await blobs.begin(blob, UInt64(bytes.count)) else { return nil }
        var isStored = false
        if (try? await part.append(bytes)) != nil { isStored = (try? await part.finish(nil)) != nil }
        await part.release()
        return isStored ? blob : nil
    }
}

extension Problem {
    /// What a failure of the place for files means for whoever asked.
    public init(_ error: BlobError) {
        switch error {
        case .absent: self.init(.notFound, "There are no such media.")
        case .busy: self.init(.uploadLocked, "Wait until the other request has ended.", retryAfterSeconds: 1)
        case .tooLong: self.init(.bodyTooLarge, "More bytes than were declared.")
        case .incomplete: self.init(.uploadIncomplete, "Not all bytes are there.")
        case .otherDigest: self.init(.mediaHashMismatch, "Begin a new upload.")
        case .damaged: self.init(.mediaDamaged, "The bytes do not fit their digests, and are not given out.")
        case .full: self.init(.storageFull, "The disk is full; the upload can go on later.")
        case .overloaded: self.init(.overloaded, "Too many files are being moved.", retryAfterSeconds: 1)
        case .closed: self.init(.shuttingDown, "The server is closing.", retryAfterSeconds: 1)
        case .failing(let reason): self.init(.internalError, "A file cannot be written or read: \(reason).")
        }
    }
}
