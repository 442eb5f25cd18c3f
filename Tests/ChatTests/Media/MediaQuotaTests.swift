import BlobsEngine
import Crypto
import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// Who is charged for which bytes, and when.
@Suite struct MediaQuotaTests {
    private final class Place: Sendable {
        let folder: TemporaryFolder
        let house = ChatHouse()
        let media: MediaHouse

        init(_ bounds: MediaBounds) throws {
            folder = try TemporaryFolder()
            let blobs = try DiskBlobs.open(folder: folder.path + "/media")
            media = MediaHouse(chat: house.chat, blobs: blobs, bounds: bounds, processor: nil)
        }

        @discardableResult
        func create(_ byteCount: UInt64, by owner: DeviceAddress) async throws -> UploadDraft {
            let draft = try UploadDraft(
                in: house.chat.shard, by: owner, mediaClass: .sealed, byteCount: byteCount,
                sha256: [UInt8](repeating: 1, count: 32), conversation: nil, lifetime: .usual, expiresSeconds: nil,
                now: house.now)
            let bounds = media.uploads.bounds
            try await house.chat.commit { (turn) throws(Problem) in try turn.createUpload(draft, within: bounds) }
            return draft
        }

        func append(_ bytes: [UInt8], at offset: UInt64, to draft: UploadDraft) async throws {
            let writer = try await media.uploads.append(to: draft.row, at: offset)
            do throws(Problem) {
                try await writer.append(bytes)
            } catch {
                await writer.stop()
                throw error
            }
            _ = try await writer.finish()
        }

        func total() async throws -> MediaTotals {
            try await house.store.read { (tables) throws(Problem) in try tables.mediaTotals(of: nil) }
        }

        func sweep() async throws {
            _ = try await house.chat.commit { (turn) throws(Problem) in try turn.sweepMedia(limit: 100) }
            await media.files.bury()
        }

        func exists(_ draft: UploadDraft) async throws -> Bool {
            try await house.store.read { (tables) throws(Problem) in
                try tables.row(MediaRow.byID, draft.row.media) != nil
            }
        }
    }

    private func refusal(_ body: () async throws -> Void) async -> ProblemCode? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? Problem)?.code
        }
    }

    @Test("uploads without a byte take nothing of the server's room but a block each")
    func declared() async throws {
        var bounds = MediaBounds()
        bounds.serverByteCountMax = 1_000_000
        let place = try Place(bounds)
        let (alice, bob) = (
            try await place.house.person("alice").address, try await place.house.person("bobby").address
        )
        for _ in 0..<50 { try await place.create(150_000, by: alice) }
        #expect(try await place.total() == MediaTotals(count: 50, byteCount: 50 * 4_096))
        try await place.create(700_000, by: bob)
    }

    @Test("bytes count against the server as they come, and what is beyond its room is refused")
    func held() async throws {
        var bounds = MediaBounds()
        bounds.serverByteCountMax = 200_000
        let place = try Place(bounds)
        let alice = try await place.house.person("alice").address
        let (first, second) = (try await place.create(150_000, by: alice), try await place.create(150_000, by: alice))
        try await place.append([UInt8](repeating: 1, count: 140_000), at: 0, to: first)
        #expect(try await place.total().byteCount == 140_000 + 4_096)
        #expect(
            await refusal { try await place.append([UInt8](repeating: 1, count: 100_000), at: 0, to: second) }
                == .storageFull)
        #expect(try await place.total().byteCount == 140_000 + 4_096)
    }

    @Test("a body that is taken back is not charged for")
    func takenBack() async throws {
        let place = try Place(MediaBounds())
        let draft = try await place.create(150_000, by: try await place.house.person("alice").address)
        let digest = [UInt8](repeating: 0, count: 32)
        let writer = try await place.media.uploads.append(
            to: draft.row, at: 0, checksum: try UploadChecksum(field: "sha256 \(Base64.encode(digest))"))
        try await writer.append([UInt8](repeating: 1, count: 100_000))
        #expect(try await place.total().byteCount == 100_000)
        #expect(await refusal { _ = try await writer.finish() } == .checksumMismatch)
        #expect(try await place.total().byteCount == 4_096)
    }

    @Test("an upload without a byte ends after ten minutes, one with a byte after a day")
    func silent() async throws {
        let place = try Place(MediaBounds())
        let alice = try await place.house.person("alice").address
        let (silent, begun) = (try await place.create(10, by: alice), try await place.create(10, by: alice))
        try await place.append([1], at: 0, to: begun)
        place.house.clock.advance(seconds: Limits.silentUploadSeconds - 1)
        try await place.sweep()
        #expect(try await place.exists(silent))
        place.house.clock.advance(seconds: 1)
        try await place.sweep()
        #expect(try await !place.exists(silent))
        #expect(try await place.exists(begun))
        place.house.clock.advance(seconds: Limits.uploadSeconds - Limits.silentUploadSeconds)
        try await place.sweep()
        #expect(try await !place.exists(begun))
    }

    @Test("a small file is charged as a block, and the number of files has a bound too")
    func files() async throws {
        var bounds = MediaBounds()
        bounds.accountByteCountMax = 10_000
        let place = try Place(bounds)
        let alice = try await place.house.person("alice").address
        for _ in 0..<2 { try await place.create(1, by: alice) }
        #expect(await refusal { try await place.create(1, by: alice) } == .quotaExceeded)

        bounds = MediaBounds()
        bounds.accountFileCountMax = 2
        let other = try Place(bounds)
        let bob = try await other.house.person("bobby").address
        for _ in 0..<2 { try await other.create(1, by: bob) }
        #expect(await refusal { try await other.create(1, by: bob) } == .quotaExceeded)
    }
}
