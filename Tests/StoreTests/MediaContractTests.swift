import Store
import Testing
import Wire

/// Mirrors `Tables` and `MediaRow`.
@Suite("Contract: media", .timeLimit(.minutes(10)))
struct MediaContractTests {
    private static func row(
        _ number: UInt64, of account: UInt64 = 1, state: MediaState = .uploading, endsAt: Timestamp? = nil
    ) -> MediaRow {
        MediaRow(
            media: MediaID(bytes: SixteenBytes(high: number, low: 1)),
            blob: BlobID(bytes: SixteenBytes(high: number, low: 2)),
            owner: DeviceAddress(account: AccountID(bytes: SixteenBytes(high: account, low: 0)), device: DeviceID(1)),
            mediaClass: .sealed, state: state, byteCount: 10_000 * number, sha256: [UInt8](repeating: 3, count: 32),
            lifetime: .usual, conversation: nil, createdAt: .start,
            uploadHash: [UInt8](repeating: UInt8(number), count: 32),
            uploadExpiresAt: Timestamp.start.adding(seconds: 60), deleteHash: [UInt8](repeating: 9, count: 32),
            expiresAt: endsAt, endsAt: endsAt)
    }

    @Test("media are found by id and by upload, change, and are counted for each account", arguments: Engine.allCases)
    func rows(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let account = AccountID(bytes: SixteenBytes(high: 1, low: 0))
            var first = Self.row(1)
            let (stored, second, foreign) = (first, Self.row(2, state: .processing), Self.row(3, of: 2))
            try await store.write { (tables) throws(Problem) in
                for row in [stored, second, foreign] { try tables.putMedia(row) }
                #expect(try tables.mediaTotals(of: account) == MediaTotals(count: 2, byteCount: 30_000))
                #expect(try tables.mediaTotals(of: nil) == MediaTotals(count: 3, byteCount: 20_000 + 2 * 4_096))
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.row(MediaRow.byID, stored.media) == stored)
                #expect(try tables.row(MediaRow.byUpload, foreign.uploadHash) == foreign)
                #expect(try tables.row(MediaRow.byUpload, [1]) == nil)
                #expect(try tables.rows(MediaRow.ofAccountInState, account, .uploading, limit: .max) == [stored])
                #expect(try tables.rows(MediaRow.inState, .processing, limit: 9) == [second])
                #expect(try tables.isKnown(stored.blob))
                #expect(try !tables.isKnown(.random()))
            }
            first.state = .ready
            first.byteCount = 7
            first.heldByteCount = 5
            first.conversation = .random()
            first.message = SequenceNumber(1 << 53)
            first.picture = PictureInfo(mediaType: "image/png", width: 1, height: 2, thumbHash: [1], thumbnails: [96])
            first.recording = RecordingInfo(
                mediaType: "video/mp4", durationMilliseconds: 5, width: 6, height: 7,
                waveform: [UInt8](repeating: 8, count: 100))
            first.failure = "x"
            let changed = first
            try await store.write { (tables) throws(Problem) in
                try tables.putMedia(changed)
                #expect(try tables.mediaTotals(of: account) == MediaTotals(count: 2, byteCount: 20_000 + 4_096))
            }
            #expect(try await store.read { (tables) throws(Problem) in
                try tables.row(MediaRow.byID, changed.media)
            } == changed)
        }
    }

    @Test("an account is charged what it declares, the server what has come", arguments: Engine.allCases)
    func charges(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let account = AccountID(bytes: SixteenBytes(high: 1, low: 0))
            var row = Self.row(5)
            for (held, charged) in [(0, 4_096), (4_097, 4_097), (30_000, 30_000), (0, 4_096)] as [(UInt64, UInt64)] {
                row.heldByteCount = held
                let now = row
                try await store.write { (tables) throws(Problem) in
                    try tables.putMedia(now)
                    #expect(try tables.mediaTotals(of: nil) == MediaTotals(count: 1, byteCount: charged))
                    #expect(try tables.mediaTotals(of: account) == MediaTotals(count: 1, byteCount: 50_000))
                    #expect(try tables.row(MediaRow.byID, now.media) == now)
                }
            }
            row.state = .ready
            let complete = row
            try await store.write { (tables) throws(Problem) in
                try tables.putMedia(complete)
                #expect(try tables.mediaTotals(of: nil) == MediaTotals(count: 1, byteCount: 50_000))
                try tables.removeMedia(complete.media)
                #expect(try tables.mediaTotals(of: nil) == MediaTotals())
            }
        }
    }

    @Test("what has ended is listed by its end; pinned media never are", arguments: Engine.allCases)
    func ends(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let ends: [UInt64?] = [30, 10, nil, 20, 40]
            let rows = ends.enumerated().map { (index, seconds) in
                Self.row(UInt64(index) + 1, state: .ready, endsAt: seconds.map { Timestamp.start.adding(seconds: $0) })
            }
            try await store.write { (tables) throws(Problem) in
                for row in rows { try tables.putMedia(row) }
                let now = Timestamp.start.adding(seconds: 30)
                #expect(try tables.rows(MediaRow.byEnd, through: now, limit: 9).map(\.media) == [1, 3,
                    0].map { rows[$0].media })
                #expect(try tables.rows(MediaRow.byEnd, through: now, limit: 1).map(\.media) == [rows[1].media])
                #expect(try tables.rows(MediaRow.byEnd, through: .start, limit: 9).map(\.media).isEmpty)
            }
        }
    }

    @Test(
        "media go with thumbnails and leases, and all their blobs are doomed until forgotten",
        arguments: Engine.allCases)
    func removal(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let row = Self.row(1, state: .ready)
            let thumbnails = [320, 96].map {
                ThumbnailRow(media: row.media, side: $0, variant: .webp, blob: .random())
            }
            let leases = [2, 1].map {
                LeaseRow(media: row.media, hash: [UInt8($0)], expiresAt: Timestamp.start.adding(seconds: UInt64($0)))
            }
            try await store.write { (tables) throws(Problem) in
                try tables.putMedia(row)
                for thumbnail in thumbnails { try tables.put(thumbnail) }
                for lease in leases { try tables.put(lease) }
                try tables.put(DoomedBlobRow(blob: BlobID(bytes: SixteenBytes(high: 0, low: 0))))
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.rows(ThumbnailRow.ofMedia, row.media, limit: .max) == thumbnails.reversed())
                let last = Timestamp.start.adding(seconds: 2)
                #expect(try tables.leaseTotals(of: row.media) == LeaseTotals(count: 2, lastEnd: last))
                #expect(try tables.row(LeaseRow.byHash, row.media, [1]) != nil)
                #expect(try tables.row(LeaseRow.byHash, row.media, [3]) == nil)
                #expect(try tables.isKnown(thumbnails[0].blob))
            }
            try await store.write { (tables) throws(Problem) in
                try tables.remove(LeaseRow.byHash, row.media, [1])
                #expect(try tables.leaseTotals(of: row.media).count == 1)
                #expect(try tables.row(LeaseRow.byHash, row.media, [2]) != nil)
                try tables.put(leases[1])
                try tables.removeAll(LeaseRow.byEnd, row.media, through: Timestamp.start.adding(seconds: 1))
                #expect(try tables.row(LeaseRow.byHash, row.media, [1]) == nil)
                #expect(try tables.row(LeaseRow.byHash, row.media, [2]) != nil)
                try tables.removeMedia(row.media)
                try tables.removeMedia(row.media)
                #expect(try tables.row(MediaRow.byID, row.media) == nil)
                #expect(try tables.rows(ThumbnailRow.ofMedia, row.media, limit: .max).isEmpty)
                #expect(try tables.leaseTotals(of: row.media) == LeaseTotals())
                #expect(try tables.mediaTotals(of: nil) == MediaTotals())
                let doomed = try tables.rows(DoomedBlobRow.inOrder, limit: 9).map(\.blob)
                let zero = BlobID(bytes: SixteenBytes(high: 0, low: 0))
                #expect(Set(doomed) == Set([row.blob, zero] + thumbnails.map(\.blob)))
                #expect(doomed.first == zero)
                #expect(try tables.isKnown(row.blob))
                for blob in doomed { try tables.remove(DoomedBlobRow.byBlob, blob) }
                #expect(try tables.rows(DoomedBlobRow.inOrder, limit: 9).map(\.blob).isEmpty)
                #expect(try !tables.isKnown(row.blob))
            }
        }
    }

    @Test(
        "a size has a picture of each variant; one put again replaces it, and all go with the media",
        arguments: Engine.allCases)
    func variants(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let row = Self.row(1, state: .ready)
            func thumbnail(_ side: UInt64, _ variant: ThumbnailVariant) -> ThumbnailRow {
                ThumbnailRow(media: row.media, side: side, variant: variant, blob: .random())
            }
            let (replaced, kept) = (
                thumbnail(320, .webp),
                [thumbnail(96, .webp), thumbnail(320, .jpeg), thumbnail(320, .preview), thumbnail(320, .webp)]
            )
            try await store.write { (tables) throws(Problem) in
                try tables.putMedia(row)
                for thumbnail in [replaced] + kept.reversed() { try tables.put(thumbnail) }
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.rows(ThumbnailRow.ofMedia, row.media, limit: .max) == kept)
                #expect(try !tables.isKnown(replaced.blob))
            }
            try await store.write { (tables) throws(Problem) in try tables.removeMedia(row.media) }
            try await store.read { (tables) throws(Problem) in
                #expect(try Set(tables.rows(DoomedBlobRow.inOrder,
                    limit: 9).map(\.blob)) == Set([row.blob] + kept.map(\.blob)))
                #expect(try tables.rows(ThumbnailRow.ofMedia, row.media, limit: .max).isEmpty)
            }
        }
    }
}
