import Wire

extension MemoryTables {
    func media(_ media: MediaID) -> MediaRow? { state.media[media] }

    func media(uploadHash: [UInt8]) -> MediaRow? { state.media.values.first { $0.uploadHash == uploadHash } }

    func unfinishedMedia(of account: AccountID) -> [MediaRow] {
        state.media.values.filter { $0.owner.account == account && $0.state == .uploading }
            .sorted { $0.media.precedes($1.media) }
    }

    func processingMedia(limit: Int) -> [MediaRow] {
        let all = state.media.values.filter { $0.state == .processing }.sorted { $0.media.precedes($1.media) }
        return Array(all.prefix(max(0, limit)))
    }

    func mediaTotals(of account: AccountID?) -> MediaTotals {
        let all = state.media.values.filter { account == nil || $0.owner.account == account }
        return MediaTotals(
            count: UInt64(all.count),
            byteCount: all.reduce(0) { $0 + (account == nil ? $1.serverByteCount : $1.accountByteCount) })
    }

    func endedMedia(by now: Timestamp, limit: Int) -> [MediaID] {
        let ended = state.media.values.compactMap { (row) in row.endsAt.map { (row.media, $0) } }.filter { $0.1 <= now }
        return ended.sorted { $0.1 < $1.1 }.prefix(max(0, limit)).map(\.0)
    }

    func thumbnails(of media: MediaID) -> [ThumbnailRow] {
        (state.thumbnails[media] ?? []).sorted { ($0.side, $0.variant.rawValue) < ($1.side, $1.variant.rawValue) }
    }

    func leaseTotals(of media: MediaID) -> LeaseTotals {
        let leases = state.leases[media] ?? [:]
        return LeaseTotals(count: UInt64(leases.count), lastEnd: leases.values.map(\.expiresAt).max())
    }

    func hasLease(hash: [UInt8], of media: MediaID) -> Bool { state.leases[media]?[hash] != nil }

    func doomedBlobs(limit: Int) -> [BlobID] {
        Array(state.doomed.sorted { $0.precedes($1) }.prefix(max(0, limit)))
    }

    func isKnown(_ blob: BlobID) -> Bool {
        state.doomed.contains(blob) || state.media.values.contains { $0.blob == blob }
            || state.thumbnails.values.contains { $0.contains { $0.blob == blob } }
    }

    func putMedia(_ row: MediaRow) {
        writeCount += 1
        state.media[row.media] = row
    }

    func removeMedia(_ media: MediaID) {
        writeCount += 1
        if let row = state.media.removeValue(forKey: media) { state.doomed.insert(row.blob) }
        for thumbnail in state.thumbnails.removeValue(forKey: media) ?? [] { state.doomed.insert(thumbnail.blob) }
        state.leases[media] = nil
        removeReferences(to: media)
    }

    func putThumbnail(_ row: ThumbnailRow) {
        writeCount += 1
        precondition(state.media[row.media] != nil, "a thumbnail of no media")
        var rows = thumbnails(of: row.media).filter { $0.side != row.side || $0.variant != row.variant }
        rows.append(row)
        state.thumbnails[row.media] = rows
    }

    func putLease(_ row: LeaseRow) {
        writeCount += 1
        precondition(state.media[row.media] != nil, "a lease of no media")
        state.leases[row.media, default: [:]][row.hash] = row
    }

    func removeLease(hash: [UInt8], of media: MediaID) {
        writeCount += 1
        state.leases[media]?[hash] = nil
    }

    func removeLeases(of media: MediaID, endedBy now: Timestamp) {
        writeCount += 1
        state.leases[media] = state.leases[media]?.filter { $0.value.expiresAt > now }
    }

    func doom(_ blob: BlobID) {
        writeCount += 1
        state.doomed.insert(blob)
    }

    func forget(_ blob: BlobID) {
        writeCount += 1
        state.doomed.remove(blob)
    }
}
