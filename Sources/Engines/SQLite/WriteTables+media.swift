import Store
import Wire

extension WriteTables {
    func putMedia(_ row: MediaRow) throws(Problem) {
        try willWrite()
        if let before = try media(row.media) {
            precondition(before.blob == row.blob, "media keep their blob")
            try addToTotals(before, sign: -1)
        }
        try addToTotals(row, sign: 1)
        try connection.run(
            """
            INSERT OR REPLACE INTO media (media, blob, account, device, class, state, byte_count, sha256, lifetime,
                conversation, created_at, upload_hash, upload_expires_at, delete_hash, expires_at, ends_at, picture,
                failure, held_byte_count, use, recording, message)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .id(row.media), .id(row.blob), .id(row.owner.account), .integer(Int64(row.owner.device.rawValue)),
            .text(row.mediaClass.rawValue), .text(row.state.rawValue), .number(row.byteCount), .blob(row.sha256),
            .text(row.lifetime.rawValue), row.conversation.map { .id($0) } ?? .null, .time(row.createdAt),
            .blob(row.uploadHash), .time(row.uploadExpiresAt), .blob(row.deleteHash),
            row.expiresAt.map { .time($0) } ?? .null, row.endsAt.map { .time($0) } ?? .null,
            .blob(row.picture?.encoded(as: .cbor)), .text(row.failure),
            .number(row.heldByteCount), .text(row.use?.rawValue), .blob(row.recording?.encoded(as: .cbor)),
            row.message.map { .number($0.rawValue) } ?? .null)
    }

    func removeMedia(_ media: MediaID) throws(Problem) {
        try willWrite()
        guard let row = try self.media(media) else { return }
        try addToTotals(row, sign: -1)
        try connection.run("INSERT OR IGNORE INTO doomed_blob (blob) VALUES (?)", .id(row.blob))
        try connection.run(
            "INSERT OR IGNORE INTO doomed_blob (blob) SELECT blob FROM thumbnail WHERE media = ?", .id(media))
        try connection.run("DELETE FROM thumbnail WHERE media = ?", .id(media))
        try connection.run("DELETE FROM lease WHERE media = ?", .id(media))
        try removeReferences(to: media)
        try connection.run("DELETE FROM media WHERE media = ?", .id(media))
    }

    func putThumbnail(_ row: ThumbnailRow) throws(Problem) {
        try willWrite()
        let owner = try media(row.media)
        precondition(owner != nil, "a thumbnail of no media")
        try connection.run(
            "INSERT OR REPLACE INTO thumbnail (media, side, variant, blob) VALUES (?, ?, ?, ?)", .id(row.media),
            .number(row.side), .text(row.variant.rawValue), .id(row.blob))
    }

    func putLease(_ row: LeaseRow) throws(Problem) {
        try willWrite()
        let owner = try media(row.media)
        precondition(owner != nil, "a lease of no media")
        try connection.run(
            "INSERT OR REPLACE INTO lease (media, hash, expires_at) VALUES (?, ?, ?)", .id(row.media),
            .blob(row.hash), .time(row.expiresAt))
    }

    func removeLease(hash: [UInt8], of media: MediaID) throws(Problem) {
        try willWrite()
        try connection.run("DELETE FROM lease WHERE media = ? AND hash = ?", .id(media), .blob(hash))
    }

    func removeLeases(of media: MediaID, endedBy now: Timestamp) throws(Problem) {
        try willWrite()
        try connection.run("DELETE FROM lease WHERE media = ? AND expires_at <= ?", .id(media), .time(now))
    }

    func doom(_ blob: BlobID) throws(Problem) {
        try willWrite()
        try connection.run("INSERT OR IGNORE INTO doomed_blob (blob) VALUES (?)", .id(blob))
    }

    func forget(_ blob: BlobID) throws(Problem) {
        try willWrite()
        try connection.run("DELETE FROM doomed_blob WHERE blob = ?", .id(blob))
    }

    /// The account's own, and those of all accounts together, which have an empty name.
    private func addToTotals(_ row: MediaRow, sign: Int64) throws(Problem) {
        let charges = [(SQLValue.id(row.owner.account), row.accountByteCount), (.blob([]), row.serverByteCount)]
        for (name, byteCount) in charges {
            try connection.run(
                """
                INSERT INTO media_total (account, count, byte_count) VALUES (?1, ?2, ?3)
                ON CONFLICT (account) DO UPDATE SET count = count + ?2, byte_count = byte_count + ?3
                """, name, .integer(sign), .integer(sign * Int64(clamping: byteCount)))
        }
    }
}
