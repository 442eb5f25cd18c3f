import SQLite
public import Wire

extension ReadableTables {
    /// Of one account, by ``MediaRow/accountByteCount``; or of all, by ``MediaRow/serverByteCount``.
    public func mediaTotals(of account: AccountID?) throws(Problem) -> MediaTotals {
        try row(MediaTotalRow.byName, account?.bytes.array ?? [])?.totals ?? MediaTotals()
    }

    /// How many there are of some media, and when the last of them ends; ended ones are among them.
    public func leaseTotals(of media: MediaID) throws(Problem) -> LeaseTotals {
        LeaseTotals(
            count: UInt64(try count(LeaseRow.byEnd, media)), lastEnd: try last(LeaseRow.byEnd, media)?.expiresAt)
    }

    /// Whether any row, a doomed one included, is about that blob.
    public func isKnown(_ blob: BlobID) throws(Problem) -> Bool {
        if try row(MediaRow.byBlob, blob) != nil { return true }
        if try row(ThumbnailRow.byBlob, blob) != nil { return true }
        return try row(DoomedBlobRow.byBlob, blob) != nil
    }
}

extension Tables {
    /// Inserts or replaces by id. The blob never changes.
    public func putMedia(_ row: MediaRow) throws(Problem) {
        try change([]) { () throws(SQLiteError) in
            let before = try connection.row(MediaRow.byID, row.media)
            precondition(before == nil || before?.blob == row.blob, "media keep their blob")
            try addToTotals(row, replacing: before)
            try connection.put(row)
        }
    }

    /// Removes media with all that goes with them by its declaration (thumbnails, leases, what shows them), and dooms
    /// their blobs. So there is no reference without media, whoever removes them.
    public func removeMedia(_ media: MediaID) throws(Problem) {
        try change([], growth: .nothing) { () throws(SQLiteError) in
            guard let row = try connection.row(MediaRow.byID, media) else { return }
            try addToTotals(nil, replacing: row)
            let pictures = try connection.rows(ThumbnailRow.ofMedia, media, limit: .max)
            for blob in [row.blob] + pictures.map(\.blob) { try connection.put(DoomedBlobRow(blob: blob)) }
            for cascade in StoreSchema.ofMedia { try cascade.remove(media, connection) }
            try connection.remove(MediaRow.byID, media)
        }
    }

    /// The account's own, and those of all accounts together, which have an empty name.
    private func addToTotals(_ row: MediaRow?, replacing before: MediaRow?) throws(SQLiteError) {
        precondition(row == nil || before == nil || row?.owner == before?.owner, "media keep their owner")
        guard let owner = (row ?? before)?.owner else { return }
        try add(to: owner.account.bytes.array, row?.accountByteCount, before?.accountByteCount)
        try add(to: [], row?.serverByteCount, before?.serverByteCount)
    }

    /// - Parameters: what is charged from now on, and what was; `nil` where there is nothing.
    private func add(to name: [UInt8], _ new: UInt64?, _ old: UInt64?) throws(SQLiteError) {
        guard new != old else { return }
        var row = try connection.row(MediaTotalRow.byName, name)
            ?? MediaTotalRow(account: name, totals: MediaTotals())
        if old == nil { row.totals.count += 1 }
        if new == nil, row.totals.count > 0 { row.totals.count -= 1 }
        // Never below zero, whatever was counted wrong.
        row.totals.byteCount = row.totals.byteCount - min(row.totals.byteCount, old ?? 0) + (new ?? 0)
        try connection.put(row)
    }
}
