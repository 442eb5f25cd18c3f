import Store
import Wire

extension ReadTables {
    func media(_ media: MediaID) throws(Problem) -> MediaRow? {
        try connection.first(
            """
            SELECT media, blob, account, device, class, state, byte_count, sha256, lifetime, conversation, created_at,
                upload_hash, upload_expires_at, delete_hash, expires_at, ends_at, picture, failure,
                held_byte_count, use, recording, message
            FROM media WHERE media = ?
            """, .id(media), read: Self.mediaRow)
    }

    func media(uploadHash: [UInt8]) throws(Problem) -> MediaRow? {
        try connection.first(
            """
            SELECT media, blob, account, device, class, state, byte_count, sha256, lifetime, conversation, created_at,
                upload_hash, upload_expires_at, delete_hash, expires_at, ends_at, picture, failure,
                held_byte_count, use, recording, message
            FROM media WHERE upload_hash = ?
            """, .blob(uploadHash), read: Self.mediaRow)
    }

    func unfinishedMedia(of account: AccountID) throws(Problem) -> [MediaRow] {
        try connection.rows(
            """
            SELECT media, blob, account, device, class, state, byte_count, sha256, lifetime, conversation, created_at,
                upload_hash, upload_expires_at, delete_hash, expires_at, ends_at, picture, failure,
                held_byte_count, use, recording, message
            FROM media WHERE account = ? AND state = 'uploading' ORDER BY media
            """, .id(account), read: Self.mediaRow)
    }

    func processingMedia(limit: Int) throws(Problem) -> [MediaRow] {
        try connection.rows(
            """
            SELECT media, blob, account, device, class, state, byte_count, sha256, lifetime, conversation, created_at,
                upload_hash, upload_expires_at, delete_hash, expires_at, ends_at, picture, failure,
                held_byte_count, use, recording, message
            FROM media WHERE state = 'processing' ORDER BY media LIMIT ?
            """, .integer(Int64(max(0, limit))), read: Self.mediaRow)
    }

    func mediaTotals(of account: AccountID?) throws(Problem) -> MediaTotals {
        // An empty blob is the name of all accounts together.
        let name = account.map { SQLValue.id($0) } ?? .blob([])
        return try connection.first("SELECT count, byte_count FROM media_total WHERE account = ?", name) {
            MediaTotals(count: $0.number(0), byteCount: $0.number(1))
        } ?? MediaTotals()
    }

    func endedMedia(by now: Timestamp, limit: Int) throws(Problem) -> [MediaID] {
        try connection.rows(
            "SELECT media FROM media WHERE ends_at <= ? ORDER BY ends_at LIMIT ?", .time(now),
            .integer(Int64(max(0, limit)))
        ) { $0.id(0).map { MediaID(bytes: $0) } }
    }

    func thumbnails(of media: MediaID) throws(Problem) -> [ThumbnailRow] {
        try connection.rows(
            "SELECT side, variant, blob FROM thumbnail WHERE media = ? ORDER BY side, variant", .id(media)
        ) { (row) in
            guard let variant = row.text(1).flatMap({ ThumbnailVariant(rawValue: $0) }), let blob = row.id(2)
            else { return nil }
            return ThumbnailRow(media: media, side: row.number(0), variant: variant, blob: BlobID(bytes: blob))
        }
    }

    func leaseTotals(of media: MediaID) throws(Problem) -> LeaseTotals {
        try connection.first("SELECT count(*), max(expires_at) FROM lease WHERE media = ?", .id(media)) {
            LeaseTotals(count: $0.number(0), lastEnd: $0.isNull(1) ? nil : $0.time(1))
        } ?? LeaseTotals()
    }

    func hasLease(hash: [UInt8], of media: MediaID) throws(Problem) -> Bool {
        try connection.first(
            "SELECT EXISTS (SELECT 1 FROM lease WHERE media = ? AND hash = ?)", .id(media), .blob(hash)
        ) { $0.integer(0) != 0 } ?? false
    }

    func doomedBlobs(limit: Int) throws(Problem) -> [BlobID] {
        try connection.rows(
            "SELECT blob FROM doomed_blob ORDER BY blob LIMIT ?", .integer(Int64(max(0, limit)))
        ) { $0.id(0).map { BlobID(bytes: $0) } }
    }

    func isKnown(_ blob: BlobID) throws(Problem) -> Bool {
        try connection.first(
            """
            SELECT EXISTS (SELECT 1 FROM media WHERE blob = ?1) OR EXISTS (SELECT 1 FROM thumbnail WHERE blob = ?1)
                OR EXISTS (SELECT 1 FROM doomed_blob WHERE blob = ?1)
            """, .id(blob)
        ) { $0.integer(0) != 0 } ?? false
    }

    private static func mediaRow(_ row: Statement) -> MediaRow? {
        guard let media = row.id(0), let blob = row.id(1), let account = row.id(2),
            let mediaClass = row.text(4).flatMap({ MediaClass(rawValue: $0) }),
            let state = row.text(5).flatMap({ MediaState(rawValue: $0) }),
            let lifetime = row.text(8).flatMap({ MediaLifetime(rawValue: $0) })
        else { return nil }
        let device = DeviceID(UInt32(truncatingIfNeeded: row.integer(3)))
        return MediaRow(
            media: MediaID(bytes: media), blob: BlobID(bytes: blob),
            owner: DeviceAddress(account: AccountID(bytes: account), device: device), mediaClass: mediaClass,
            state: state, byteCount: row.number(6), sha256: row.bytesIfPresent(7), lifetime: lifetime,
            conversation: row.id(9).map { ConversationID(bytes: $0) }, createdAt: row.time(10),
            uploadHash: row.bytes(11), uploadExpiresAt: row.time(12), deleteHash: row.bytes(13),
            expiresAt: row.isNull(14) ? nil : row.time(14), endsAt: row.isNull(15) ? nil : row.time(15),
            picture: row.bytesIfPresent(16).flatMap { record($0) }, failure: row.text(17),
            heldByteCount: row.number(18), use: row.text(19).flatMap { MediaUse(rawValue: $0) },
            recording: row.bytesIfPresent(20).flatMap { record($0) },
            message: row.isNull(21) ? nil : SequenceNumber(row.number(21)))
    }
}
