import BlobsEngine
import Crypto
import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// Pictures that are made when they are asked for, over files on the disk.
@Suite struct LateJPEGsTests {
    /// Counts what it is asked to make, and answers as it is told; while `isHeld` it does not answer at all.
    private final class Maker: Sendable {
        let count = Guarded(0)
        let isHeld = Guarded(false)
        let verdict: MediaProcessor.Verdict

        init(_ verdict: MediaProcessor.Verdict) { self.verdict = verdict }

        static let info = PictureInfo(
            mediaType: "image/gif", width: 400, height: 9, thumbHash: [1], thumbnails: [96, 400], preview: 320)

        var processor: MediaProcessor {
            MediaProcessor { (_, _) in
                .ready(
                    Self.info,
                    [
                        .init(side: 400, variant: .webp, bytes: [4]), .init(side: 96, variant: .webp, bytes: [9]),
                        .init(side: 320, variant: .preview, bytes: [3, 2]),
                    ])
            } makeJPEG: { [self] (_, _, _) in
                count.withLock { $0 += 1 }
                while isHeld.withLock({ $0 }) { await Task.yield() }
                return verdict
            }
        }
    }

    private static func made(_ bytes: [UInt8]) -> MediaProcessor.Verdict {
        .ready(Maker.info, [.init(side: 96, variant: .jpeg, bytes: bytes)])
    }

    /// A server with one open image that is ready.
    private struct Place {
        let folder: TemporaryFolder
        let house = ChatHouse()
        let blobs: BlobStore
        let media: MediaHouse
        let owner: DeviceAddress
        let row: MediaRow

        init(_ maker: Maker) async throws {
            folder = try TemporaryFolder()
            blobs = try DiskBlobs.open(folder: folder.path + "/media")
            media = MediaHouse(chat: house.chat, blobs: blobs, bounds: MediaBounds(), processor: maker.processor)
            owner = try await house.person("alice").address
            _ = await media.orphans.sweep()
            let (owner, bounds) = (owner, media.uploads.bounds)
            let town = try await house.chat.commit { (turn) throws(Problem) in
                try turn.createConversation(
                    NewConversation(kind: .channel, mode: .open, name: "town", members: []), by: owner
                ).view.conversation
            }
            let draft = try UploadDraft(
                in: house.chat.shard, by: owner, mediaClass: .open, byteCount: 1, sha256: nil, conversation: town,
                lifetime: .usual, expiresSeconds: nil, now: house.now)
            try await house.chat.commit { (turn) throws(Problem) in try turn.createUpload(draft, within: bounds) }
            let writer = try await media.uploads.append(to: draft.row, at: 0)
            try await writer.append([7])
            _ = try await writer.finish()
            while media.inspector.inProcessCount > 0 { await Task.yield() }
            let found = try await house.store.read { (tables) throws(Problem) in
                try tables.row(MediaRow.byID, draft.row.media)
            }
            row = try #require(found)
        }

        func fileCount() async throws -> Int { try await blobs.list(nil, 100).count }

        func delete() async throws {
            let (media, owner) = (row.media, owner)
            try await house.chat.commit { (turn) throws(Problem) in
                try turn.deleteMedia(media, by: owner.account, capability: nil)
            }
            await self.media.files.bury()
        }
    }

    @Test("however many ask for the same JPEG, it is made once, kept, and goes with the media and all other pictures")
    func once() async throws {
        let maker = Maker(Self.made([5]))
        let place = try await Place(maker)
        #expect(place.row.state == .ready && place.row.picture?.preview == 320)
        #expect(try await place.fileCount() == 4)
        maker.isHeld.withLock { $0 = true }
        let wish = PictureWish(size: 96, type: .jpeg)
        let rows = try await withThrowingTaskGroup(of: ThumbnailRow.self) { (group) in
            for _ in 0..<20 { group.addTask { try await place.media.pictures.picture(wish, of: place.row) } }
            while maker.count.withLock({ $0 }) == 0 { await Task.yield() }
            maker.isHeld.withLock { $0 = false }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(rows.count == 20 && Set(rows.map(\.blob)).count == 1)
        #expect(rows.first?.variant == .jpeg && rows.first?.side == 96)
        #expect(try await place.media.pictures.picture(wish, of: place.row) == rows.first)
        #expect(maker.count.withLock { $0 } == 1)
        let other = try await place.media.pictures.picture(PictureWish(size: 97, type: .jpeg), of: place.row)
        #expect(other.side == 400)
        #expect(maker.count.withLock { $0 } == 2)
        #expect(try await place.fileCount() == 6)
        let preview = try await place.media.pictures.picture(PictureWish(isAnimated: true), of: place.row)
        #expect(preview.variant == .preview)
        try await place.delete()
        #expect(try await place.fileCount() == 0)
    }

    @Test("what gives no JPEG is not decoded again to find it out")
    func refused() async throws {
        let maker = Maker(.failed("crashed"))
        let place = try await Place(maker)
        for size: UInt64 in [96, 96, 400] {
            let wish = PictureWish(size: size, type: .jpeg)
            let code = await problem { try await place.media.pictures.picture(wish, of: place.row) }
            #expect(code == .mediaNotReady)
        }
        #expect(maker.count.withLock { $0 } == 1)
        #expect(try await place.media.pictures.picture(PictureWish(), of: place.row).variant == .webp)
    }

    @Test("a fault of the machine is not held against the image")
    func later() async throws {
        let maker = Maker(.later)
        let place = try await Place(maker)
        for _ in 0..<2 {
            let code = await problem { try await place.media.pictures.picture(PictureWish(type: .jpeg), of: place.row) }
            #expect(code == .overloaded)
        }
        #expect(maker.count.withLock { $0 } == 2)
    }

    @Test("a JPEG of media that are deleted while it is made leaves no file")
    func deletedMeanwhile() async throws {
        let maker = Maker(Self.made([5]))
        let place = try await Place(maker)
        maker.isHeld.withLock { $0 = true }
        async let asked = problem { try await place.media.pictures.picture(PictureWish(type: .jpeg), of: place.row) }
        while maker.count.withLock({ $0 }) == 0 { await Task.yield() }
        try await place.delete()
        maker.isHeld.withLock { $0 = false }
        #expect(await asked == .notFound)
        #expect(try await place.fileCount() == 0)
    }

    @Test("sealed media have no pictures, and none of them becomes what a processor takes")
    func sealed() async throws {
        let place = try await Place(Maker(Self.made([5])))
        var row = place.row
        row.mediaClass = .sealed
        let sealed = row
        let code = await problem { try await place.media.pictures.picture(PictureWish(type: .jpeg), of: sealed) }
        #expect(code == .requiresOpenMode)
        for state: MediaState in [.uploading, .processing, .ready, .failed] {
            row.state = state
            #expect(OpenUpload(row) == nil)
        }
        row = place.row
        row.picture = nil
        #expect(OpenUpload(row) == nil, "ready, and never seen as an image")
    }
}
