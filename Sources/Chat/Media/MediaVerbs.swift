import Crypto
public import Store
public import Wire

extension Turn {
    /// Makes room for an upload.
    /// - Throws: `unauthenticated` when the device was unlinked meanwhile; `body-too-large`; `quota-exceeded`;
    ///   `storage-full`; for open media `not-found` and `requires-open-mode`.
    public func createUpload(_ draft: UploadDraft, within bounds: MediaBounds) throws(Problem) {
        let row = draft.row
        guard try tables.device(row.owner) != nil else {
            throw Problem(.unauthenticated, "This device is no longer linked.")
        }
        let byteCountMax = min(bounds.fileByteCountMax, row.use?.byteCountMax ?? .max)
        guard row.byteCount >= 1, row.byteCount <= byteCountMax else {
            let what = row.use.map { "An \($0.rawValue)" } ?? "A file"
            throw Problem(.bodyTooLarge, "\(what) has 1 to \(byteCountMax) bytes here.")
        }
        if let conversation = row.conversation {
            let found = try look.standing(of: row.owner.account, in: conversation, to: .post).conversation
            guard found.mode == .open else {
                throw Problem(.requiresOpenMode, "Upload sealed media for a sealed conversation.")
            }
        }
        let underWayCount = try tables.count(MediaRow.ofAccountInState, row.owner.account, .uploading)
        guard underWayCount < Limits.uploadsUnderWayMax else {
            throw Problem(.quotaExceeded, "\(Limits.uploadsUnderWayMax) uploads are under way: finish some.")
        }
        let own = try tables.mediaTotals(of: row.owner.account)
        guard own.count < bounds.accountFileCountMax else {
            throw Problem(.quotaExceeded, "The account holds \(own.count) files: delete some.")
        }
        let size = row.accountByteCount
        guard size <= bounds.accountByteCountMax, own.byteCount <= bounds.accountByteCountMax - size else {
            throw Problem(.quotaExceeded, "The account holds \(own.byteCount) of \(bounds.accountByteCountMax) bytes.")
        }
        try checkServerRoom(for: size, within: bounds)
        try charge(.rows(1), to: row.owner.account)
        try tables.putMedia(row)
    }

    /// Whether so many bytes more may come. They are not set aside: others may come first.
    private func checkServerRoom(for byteCount: UInt64, within bounds: MediaBounds) throws(Problem) {
        let all = try tables.mediaTotals(of: nil).byteCount
        guard byteCount <= bounds.serverByteCountMax, all <= bounds.serverByteCountMax - byteCount else {
            throw Problem(.storageFull, "The server takes no more media.")
        }
    }

    /// Notes how many bytes of an upload have come, which the server's total counts. The first of them let it live
    /// on until ``MediaRow/uploadExpiresAt``.
    /// - Parameter bounds: what to refuse beyond; `nil` when the bytes are there in any case.
    /// - Throws: `storage-full`.
    public func noteBytes(
        of media: MediaID, byteCount: UInt64, within bounds: MediaBounds? = nil
    ) throws(Problem) {
        guard var row = try tables.row(MediaRow.byID, media), row.state == .uploading,
            byteCount != row.heldByteCount
        else { return }
        let before = row.serverByteCount
        row.heldByteCount = min(byteCount, row.byteCount)
        if let bounds, row.serverByteCount > before {
            try checkServerRoom(for: row.serverByteCount - before, within: bounds)
        }
        row.endsAt =
            byteCount > 0 ? row.uploadExpiresAt : row.createdAt.adding(seconds: Limits.silentUploadSeconds)
        try tables.putMedia(row)
    }

    /// Notes that all bytes are stored. Doing it again changes nothing.
    /// - Returns: the row; `nil` when the media were deleted meanwhile, and the blob is doomed.
    public func completeUpload(
        _ media: MediaID, blob: BlobID, stored: StoredBlob, isProcessed: Bool
    ) throws(Problem) -> MediaRow? {
        grows(.nothing)
        guard var row = try tables.row(MediaRow.byID, media) else {
            try tables.put(DoomedBlobRow(blob: blob))
            return nil
        }
        guard row.state == .uploading else { return row }
        row.state = row.mediaClass == .open && isProcessed ? .processing : .ready
        row.byteCount = stored.byteCount
        row.heldByteCount = stored.byteCount
        row.sha256 = stored.sha256
        // What is for a use waits for it from now on.
        if row.use != nil { row.expiresAt = now.adding(seconds: Limits.unusedImageSeconds) }
        row.endsAt = row.expiresAt
        try tables.putMedia(row)
        return row
    }

    /// Deletes media with everything that hangs on them.
    /// - Parameter capability: what was given out at creation; an own device needs none.
    /// - Throws: `not-found`, also for what the caller may not delete.
    public mutating func deleteMedia(
        _ media: MediaID, by account: AccountID?, capability: PresentedToken?
    ) throws(Problem) {
        grows(.nothing)
        guard let row = try tables.row(MediaRow.byID, media) else { throw Self.noMedia }
        let isHeld = capability.map { ConstantTime.equal($0.hash, row.deleteHash) } ?? false
        guard isHeld || row.owner.account == account else { throw Self.noMedia }
        try endMedia(media)
    }

    /// Gives an upload up, unless it is complete: its last bytes may have come since the caller looked.
    /// - Returns: whether there is no such row now.
    public func abandonUpload(_ media: MediaID) throws(Problem) -> Bool {
        guard let row = try tables.row(MediaRow.byID, media) else { return true }
        guard row.state == .uploading else { return false }
        try tables.removeMedia(media)
        return true
    }

    /// Keeps media until at least then.
    /// - Throws: `not-found`; `forbidden` for expiring media and those of a message; `quota-exceeded` for too many
    ///   leases.
    public func lease(_ request: LeaseRequest, of media: MediaID, by account: AccountID) throws(Problem) -> MediaInfo {
        var row = try look.readableMedia(media, by: account)
        guard row.lifetime != .expiring else { throw Problem(.forbidden, "Expiring media end when they said.") }
        guard row.message == nil else { throw Problem(.forbidden, "Media of a message live as long as it.") }
        let hash = PresentedToken.hash(request.lease)
        try tables.removeAll(LeaseRow.byEnd, media, through: now)
        let isHeld = try tables.row(LeaseRow.byHash, media, hash) != nil
        let count = try tables.leaseTotals(of: media).count
        guard isHeld || count < Limits.leasesPerMediaMax else {
            throw Problem(.quotaExceeded, "At most \(Limits.leasesPerMediaMax) leases.")
        }
        if !isHeld { try charge(.rows(1), to: account) }
        try tables.put(LeaseRow(media: media, hash: hash, expiresAt: now.adding(seconds: request.seconds)))
        return MediaInfo(try settleEnd(of: &row))
    }

    /// Lets go. A lease that is not there is let go already.
    public func release(_ lease: [UInt8], of media: MediaID, by account: AccountID) throws(Problem) {
        var row = try look.readableMedia(media, by: account)
        try tables.remove(LeaseRow.byHash, media, PresentedToken.hash(lease))
        _ = try settleEnd(of: &row)
    }

    private func settleEnd(of row: inout MediaRow) throws(Problem) -> MediaRow {
        let lease = row.message == nil ? try tables.leaseTotals(of: row.media).lastEnd : nil
        row.endsAt = row.expiresAt.map { (end) in lease.map { max(end, $0) } ?? end }
        try tables.putMedia(row)
        return row
    }

    /// Deletes media whose time has come; none while deletions are held, since the clock jumped.
    /// - Returns: how many; call again while it is not zero.
    public mutating func sweepMedia(limit: Int) throws(Problem) -> Int {
        grows(.nothing)
        guard try !look.holdsDeletions() else { return 0 }
        let ended = try tables.rows(MediaRow.byEnd, through: now, limit: limit).map(\.media)
        for media in ended { try endMedia(media) }
        return ended.count
    }

    /// Deletes the uploads that a removed device leaves unfinished.
    func abandonUploads(of device: DeviceAddress) throws(Problem) {
        let underWay = try tables.rows(MediaRow.ofAccountInState, device.account, .uploading, limit: .max)
        for row in underWay where row.owner == device {
            try tables.removeMedia(row.media)
        }
    }

    /// Writes a verdict down, and tells the device that uploaded. Media that went meanwhile take their pictures along.
    mutating func judged(
        _ media: MediaID, _ verdict: MediaProcessor.Verdict, thumbnails: [ThumbnailRow]
    ) throws(Problem) {
        grows(.nothing)
        guard var row = try tables.row(MediaRow.byID, media), row.state == .processing else {
            for thumbnail in thumbnails { try tables.put(DoomedBlobRow(blob: thumbnail.blob)) }
            return
        }
        switch verdict {
        case .ready(let picture, _):
            row.state = .ready
            row.picture = picture
            for thumbnail in thumbnails { try tables.put(thumbnail) }
        case .recorded(let recording, let picture, _):
            row.state = .ready
            (row.recording, row.picture) = (recording, picture)
            for thumbnail in thumbnails { try tables.put(thumbnail) }
        case .failed(let reason):
            for thumbnail in thumbnails { try tables.put(DoomedBlobRow(blob: thumbnail.blob)) }
            row.state = .failed
            row.failure = reason
        case .halfRead(let recording, let reason):
            row.state = .failed
            (row.recording, row.failure) = (recording, reason)
        case .later:
            for thumbnail in thumbnails { try tables.put(DoomedBlobRow(blob: thumbnail.blob)) }
            return
        }
        try tables.putMedia(row)
        after(.notify(.init(topic: .media, media: media), row.owner))
    }

    static var noMedia: Problem { Problem(.notFound, "There are no such media.") }
}

extension Look {
    /// The upload that a capability is for.
    /// - Throws: `not-found`, also when it has expired.
    public func upload(_ capability: PresentedToken) throws(Problem) -> MediaRow {
        guard let row = try tables.row(MediaRow.byUpload, capability.hash), row.uploadEndsAt > now else {
            throw Problem(.notFound, "There is no such upload, or no more.")
        }
        return row
    }

    /// Complete media whose bytes an account may read. Those of avatars and emoji are their uploader's: a photograph
    /// says where it was taken, and its pictures do not.
    /// - Throws: `not-found`.
    public func readableMedia(_ media: MediaID, by account: AccountID) throws(Problem) -> MediaRow {
        let row = try visibleMedia(media, by: account)
        guard row.use == nil || row.owner.account == account else { throw Turn.noMedia }
        return row
    }

    /// Complete media of which an account may know, and see the pictures.
    /// - Throws: `not-found`.
    public func visibleMedia(_ media: MediaID, by account: AccountID) throws(Problem) -> MediaRow {
        let row = try completeMedia(media)
        if let conversation = row.conversation, row.owner.account != account,
            try tables.member(account, of: conversation) == nil { throw Turn.noMedia }
        return row
    }

    /// Complete media, for whoever has proved to be let in otherwise.
    /// - Throws: `not-found`.
    public func completeMedia(_ media: MediaID) throws(Problem) -> MediaRow {
        guard let row = try tables.row(MediaRow.byID, media), row.state != .uploading,
            row.endsAt.map({ $0 > now }) ?? true
        else {
            throw Turn.noMedia
        }
        return row
    }

    /// What an account has stored.
    public func mediaUsage(of account: AccountID, within bounds: MediaBounds) throws(Problem) -> MediaUsage {
        let totals = try tables.mediaTotals(of: account)
        return MediaUsage(
            count: totals.count, byteCount: totals.byteCount, byteCountMax: bounds.accountByteCountMax,
            fileByteCountMax: bounds.fileByteCountMax)
    }
}

extension MediaRow {
    /// Until when the upload's address answers.
    public var uploadEndsAt: Timestamp { state == .uploading ? endsAt ?? uploadExpiresAt : uploadExpiresAt }
}

extension MediaInfo {
    /// What may be known of a row.
    public init(_ row: MediaRow) {
        self.init(
            media: row.media, mediaClass: row.mediaClass, state: row.state, byteCount: row.byteCount,
            sha256: row.state == .uploading ? nil : row.sha256, lifetime: row.lifetime,
            use: row.use, expiresAt: row.endsAt, picture: row.picture,
            recording: row.recording, failure: row.failure)
    }
}
