import BlobsEngine
import Crypto
import Glibc
import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// Media over a store in memory and files on the disk, with a clock that the test moves.
@Suite struct MediaHouseTests {
    private final class Place: Sendable {
        let folder: TemporaryFolder
        let house = ChatHouse()
        let blobs: BlobStore
        let media: MediaHouse
        let owner: DeviceAddress

        init(processor: MediaProcessor? = nil) async throws {
            folder = try TemporaryFolder()
            blobs = try DiskBlobs.open(folder: folder.path + "/media")
            media = MediaHouse(chat: house.chat, blobs: blobs, bounds: MediaBounds(), processor: processor)
            owner = try await house.person("alice").address
        }

        func draft(
            _ bytes: [UInt8], lifetime: MediaLifetime = .usual, seconds: UInt64? = nil,
            conversation: ConversationID? = nil
        ) throws -> UploadDraft {
            try UploadDraft(
                in: house.chat.shard, by: owner, mediaClass: conversation == nil ? .sealed : .open,
                byteCount: UInt64(bytes.count), sha256: SHA256.hash(bytes), conversation: conversation,
                lifetime: lifetime, expiresSeconds: seconds, now: house.now)
        }

        /// Creates an upload and appends what there is.
        func upload(_ bytes: [UInt8], of draft: UploadDraft) async throws -> MediaID {
            let bounds = media.uploads.bounds
            try await house.chat.commit { (turn) throws(Problem) in try turn.createUpload(draft, within: bounds) }
            let writer = try await media.uploads.append(to: draft.row, at: 0)
            try await writer.append(bytes)
            _ = try await writer.finish()
            return draft.row.media
        }

        /// What a sweep does.
        func sweep() async throws {
            _ = try await house.chat.commit { (turn) throws(Problem) in try turn.sweepMedia(limit: 100) }
            await media.files.bury()
            await media.inspector.resume()
        }

        /// A sweep, and the end of what it began.
        func settledSweep() async throws {
            try await sweep()
            while media.inspector.inProcessCount > 0 { await Task.yield() }
        }

        /// An open conversation.
        func town() async throws -> ConversationID {
            try await house.chat.commit { [owner] (turn) throws(Problem) in
                try turn.createConversation(
                    NewConversation(kind: .channel, mode: .open, name: "town", members: []), by: owner
                ).view.conversation
            }
        }

        func fileCount() async throws -> Int { try await blobs.list(nil, 1_000).count }

        func row(_ id: MediaID) async throws -> MediaRow? {
            try await house.store.read { (tables) throws(Problem) in try tables.row(MediaRow.byID, id) }
        }
    }

    @Test("media go when their time has come, sealed ones too: the row, and the bytes on the disk")
    func expiry() async throws {
        let place = try await Place()
        let bytes: [UInt8] = [1, 2, 3]
        let expiring = try await place.upload(bytes, of: try place.draft(bytes, lifetime: .expiring, seconds: 60))
        let usual = try await place.upload(bytes, of: try place.draft(bytes))
        let pinned = try await place.upload(bytes, of: try place.draft(bytes, lifetime: .pinned))
        place.house.clock.advance(seconds: 59)
        try await place.sweep()
        #expect(try await place.fileCount() == 3)
        place.house.clock.advance(seconds: 1)
        let account = place.owner.account
        await #expect(throws: Problem.self, "gone from that moment on, swept or not") {
            try await place.house.chat.look { (look) throws(Problem) in
                try look.readableMedia(expiring, by: account)
            }
        }
        try await place.sweep()
        #expect(try await place.row(expiring) == nil)
        #expect(try await place.fileCount() == 2)
        place.house.clock.advance(seconds: Limits.mediaSeconds)
        try await place.sweep()
        #expect(try await place.row(usual) == nil)
        #expect(try await place.row(pinned) != nil)
        #expect(try await place.fileCount() == 1)
    }

    @Test("an upload that is not complete after a day is gone with what was appended")
    func unfinished() async throws {
        let place = try await Place()
        let draft = try place.draft([1, 2, 3])
        _ = try await place.upload([1, 2], of: draft)
        #expect(try await place.fileCount() == 1)
        place.house.clock.advance(seconds: Limits.uploadSeconds)
        try await place.sweep()
        #expect(try await place.row(draft.row.media) == nil)
        #expect(try await place.fileCount() == 0)
    }

    @Test("a lease keeps media beyond their lifetime; when it ends too, they go")
    func lease() async throws {
        let place = try await Place()
        let media = try await place.upload([1], of: try place.draft([1]))
        let account = place.owner.account
        let request = LeaseRequest(lease: [UInt8](repeating: 7, count: 32), seconds: 60 * 86_400)
        _ = try await place.house.chat.commit { (turn) throws(Problem) in
            try turn.lease(request, of: media, by: account)
        }
        place.house.clock.advance(seconds: Limits.mediaSeconds)
        try await place.sweep()
        #expect(try await place.row(media) != nil)
        place.house.clock.advance(seconds: 15 * 86_400)
        try await place.sweep()
        #expect(try await place.row(media) == nil)
        #expect(try await place.fileCount() == 0)
    }

    @Test("media take so many leases and no more; one that is held is renewed, and ended ones make room")
    func leaseBound() async throws {
        let place = try await Place()
        let media = try await place.upload([1], of: try place.draft([1]))
        let account = place.owner.account
        func lease(_ number: Int, seconds: UInt64 = 60) async throws {
            let request = LeaseRequest(lease: [UInt8](repeating: UInt8(number), count: 32), seconds: seconds)
            _ = try await place.house.chat.commit { (turn) throws(Problem) in
                try turn.lease(request, of: media, by: account)
            }
        }
        for number in 0..<Limits.leasesPerMediaMax { try await lease(number) }
        await #expect(throws: Problem.self) { try await lease(Limits.leasesPerMediaMax) }
        try await lease(0, seconds: 120)
        place.house.clock.advance(seconds: 60)
        try await lease(Limits.leasesPerMediaMax)
        let totals = try await place.house.store.read { (tables) throws(Problem) in
            try tables.leaseTotals(of: media)
        }
        #expect(totals == LeaseTotals(count: 2, lastEnd: place.house.now.adding(seconds: 60)))
    }

    @Test("a row that went without its file, and a file without a row, are caught up with")
    func sweeping() async throws {
        let place = try await Place()
        let (kept, gone) = (
            try await place.upload([1], of: try place.draft([1])), try await place.upload([2], of: try place.draft([2]))
        )
        // A crash between the row's end and the file's.
        let owner = place.owner
        try await place.house.chat.commit { (turn) throws(Problem) in
            try turn.deleteMedia(gone, by: owner.account, capability: nil)
        }
        #expect(try await place.fileCount() == 2)
        #expect(await place.media.files.bury() == 1)
        #expect(try await place.fileCount() == 1)
        // And files nobody knows.
        let orphan = try await place.blobs.begin(.random(), 5)
        await orphan.release()
        #expect(await place.media.orphans.sweep() == .init(removed: 1))
        #expect(try await place.fileCount() == 1)
        #expect(try await place.row(kept) != nil)
    }

    @Test("a database that knows no files removes none: they are set aside, and come back with the right one")
    func wrongDatabase() async throws {
        let place = try await Place()
        let media = try await place.upload([1, 2], of: try place.draft([1, 2]))
        let blob = try #require(try await place.row(media)).blob
        let empty = MediaHouse(chat: ChatHouse().chat, blobs: place.blobs, bounds: MediaBounds(), processor: nil)
        #expect(await empty.orphans.sweep() == .init(setAside: 1))
        #expect(try await place.fileCount() == 0)
        #expect(await empty.orphans.removeOld() == 0)
        #expect(await place.media.orphans.sweep() == .init(adopted: 1))
        #expect(try await place.media.files.reader(of: blob).blob.byteCount == 2)
        #expect(await place.media.orphans.sweep() == .init())
    }

    @Test("files set aside are removed after seven days", arguments: [(-60, 0), (60, 1)])
    func oldOrphans(seconds: Int, removed: Int) async throws {
        let place = try await Place()
        let blob = BlobID(bytes: SixteenBytes(high: 0, low: 0))
        let part = try await place.blobs.begin(blob, 1)
        try await part.append([1])
        _ = try await part.finish(nil)
        await part.release()
        // Its time begins when it is set aside, however old it is.
        let stored = place.folder.path + "/media/blobs/00/" + String(repeating: "0", count: 32)
        let orphan = place.folder.path + "/media/orphans/" + String(repeating: "0", count: 32)
        try age(stored, seconds: 10 * Int(OrphanFiles.keptSeconds))
        #expect(await place.media.orphans.sweep() == .init(setAside: 1))
        #expect(await place.media.orphans.removeOld() == 0)
        try age(orphan, seconds: Int(OrphanFiles.keptSeconds) + seconds)
        #expect(await place.media.orphans.removeOld() == removed)
        #expect((access(orphan, F_OK) == 0) == (removed == 0))
    }

    private func age(_ path: String, seconds: Int) throws {
        let then = timespec(tv_sec: time(nil) - seconds, tv_nsec: 0)
        try #require(utimensat(AT_FDCWD, path, [then, then], 0) == 0)
    }

    @Test("whatever a request does for an upload that was deleted meanwhile, it leaves no file")
    func deletedMeanwhile() async throws {
        let place = try await Place()
        let row = try place.draft([1, 2, 3]).row
        await #expect(throws: Problem.self) { _ = try await place.media.uploads.append(to: row, at: 1) }
        #expect(try await place.fileCount() == 0)
        await #expect(throws: Problem.self) { _ = try await place.media.uploads.complete(row) }
        #expect(try await place.fileCount() == 0)
        let wrong = "sha1 " + String(repeating: "A", count: 27) + "="
        for checksum in [try UploadChecksum(field: wrong), nil] {
            let writer = try await place.media.uploads.append(to: row, at: 0, checksum: checksum)
            try await writer.append([1, 2])
            await writer.stop()
            #expect(try await place.fileCount() == 0)
        }
        let writer = try await place.media.uploads.append(to: row, at: 0, checksum: try UploadChecksum(field: wrong))
        try await writer.append([1, 2, 3])
        await #expect(throws: Problem.self) { _ = try await writer.finish() }
        #expect(try await place.fileCount() == 0)
        let full = try await place.media.uploads.append(to: row, at: 0)
        try await full.append([1, 2, 3])
        await #expect(throws: Problem.self, "no such media any more") { _ = try await full.finish() }
        #expect(try await place.fileCount() == 0)
    }

    @Test("giving up an upload that has become complete meanwhile deletes nothing")
    func abandonedTooLate() async throws {
        let place = try await Place()
        let draft = try place.draft([1, 2, 3])
        let media = try await place.upload([1, 2, 3], of: draft)
        #expect(draft.row.state == .uploading)
        #expect(try await place.media.uploads.abandon(draft.row) == false)
        #expect(try await place.row(media)?.state == .ready)
        #expect(try await place.fileCount() == 1)
        #expect(try await place.media.uploads.abandon(try place.draft([1]).row) == true)
    }

    @Test("a crash between file and row is made good by asking")
    func fileBeforeRow() async throws {
        let place = try await Place()
        let draft = try place.draft([1, 2, 3])
        let bounds = place.media.uploads.bounds
        try await place.house.chat.commit { (turn) throws(Problem) in try turn.createUpload(draft, within: bounds) }
        let part = try await place.blobs.begin(draft.row.blob, 3)
        try await part.append([1, 2, 3])
        _ = try await part.finish(nil)
        await part.release()
        #expect(try await place.media.uploads.offset(of: draft.row) == 3)
        #expect(try await place.row(draft.row.media)?.state == .ready)
    }

    @Test("a device that is removed takes its unfinished uploads along, and leaves what is complete")
    func removedDevice() async throws {
        let place = try await Place()
        let complete = try await place.upload([1], of: try place.draft([1]))
        let draft = try place.draft([1, 2])
        _ = try await place.upload([1], of: draft)
        let owner = place.owner
        try await place.house.chat.commit { (turn) throws(Problem) in try turn.abandonUploads(of: owner) }
        await place.media.files.bury()
        #expect(try await place.row(complete) != nil)
        #expect(try await place.row(draft.row.media) == nil)
        #expect(try await place.fileCount() == 1)
    }

    @Test("what looks at media gets open ones only, and its pictures come and go with them")
    func processing() async throws {
        let seen = Guarded<[MediaID]>([])
        let place = try await Place(
            processor: MediaProcessor { (upload, _) in
                seen.withLock { $0.append(upload.media) }
                let info = PictureInfo(
                    mediaType: "image/png", width: 9, height: 9, thumbHash: [1], thumbnails: [96])
                return .ready(info, [.init(side: 96, variant: .webp, bytes: [9, 9])])
            })
        _ = await place.media.orphans.sweep()
        let owner = place.owner
        let conversation = try await place.town()
        let sealed = try await place.upload([1], of: try place.draft([1]))
        let open = try await place.upload([2], of: try place.draft([2], conversation: conversation))
        var row = try await place.row(open)
        while row?.state == .processing { row = try await place.row(open) }
        #expect(row?.state == .ready && row?.picture?.mediaType == "image/png")
        #expect(seen.withLock { $0 } == [open])
        #expect(try await place.row(sealed)?.state == .ready)
        #expect(try await place.fileCount() == 3)
        let told = place.house.takeEffects().contains {
            if case .notify(let notice, owner) = $0 { notice.topic == .media && notice.media == open } else { false }
        }
        #expect(told)
        try await place.house.chat.commit { (turn) throws(Problem) in
            try turn.deleteMedia(open, by: owner.account, capability: nil)
        }
        await place.media.files.bury()
        #expect(try await place.fileCount() == 1)
    }

    @Test("media that wait for a machine keep no others waiting, and are given up in the end")
    func waiting() async throws {
        let isBroken = Guarded(true)
        let place = try await Place(
            processor: MediaProcessor { (upload, _) in
                upload.byteCount == 1 && isBroken.withLock { $0 } ? .later : .failed("seen")
            })
        let town = try await place.town()
        var stuck: [MediaID] = []
        for _ in 0..<20 { stuck.append(try await place.upload([1], of: try place.draft([1], conversation: town))) }
        let other = try await place.upload([1, 2], of: try place.draft([1, 2], conversation: town))
        _ = await place.media.orphans.sweep()
        func failures(_ media: [MediaID]) async throws -> [String?] {
            var found: [String?] = []
            for one in media { found.append(try await place.row(one)?.failure) }
            return found
        }
        // Three rounds of eight see twenty-one, wherever the one stands among them.
        for _ in 0..<3 { try await place.settledSweep() }
        #expect(try await failures([other]) == ["seen"])
        #expect(try await failures(stuck).allSatisfy { $0 == nil })
        for _ in 0..<(20 * MediaInspector.attemptsMax / 8) { try await place.settledSweep() }
        #expect(try await failures(stuck).allSatisfy { $0 == "unavailable" })
        isBroken.withLock { $0 = false }
        let next = try await place.upload([1], of: try place.draft([1], conversation: town))
        try await place.settledSweep()
        #expect(try await failures([next]) == ["seen"])
    }

    @Test("open media whose file is missing have failed, and do not wait for ever")
    func missing() async throws {
        let place = try await Place(processor: MediaProcessor { (_, _) in .later })
        let media = try await place.upload([1], of: try place.draft([1], conversation: try await place.town()))
        try await place.blobs.remove(try #require(try await place.row(media)).blob)
        _ = await place.media.orphans.sweep()
        try await place.settledSweep()
        let row = try await place.row(media)
        #expect(row?.state == .failed && row?.failure == "missing")
    }

    @Test("bytes above the rate are waited for, not refused", arguments: [(1_000, 0), (1_500, 5_000), (9_000, 10_000)])
    func budget(byteCount: Int, milliseconds: UInt64) {
        let start = Timestamp(milliseconds: 1_000_000)
        let budget = ByteBudget<Int>(rate: Rate(burst: 1_000, perSecond: 100))
        #expect(budget.spend(byteCount, by: 1, now: start) == milliseconds)
        #expect(budget.spend(1_000, by: 2, now: start) == 0)
        #expect(budget.spend(1, by: 1, now: start.adding(seconds: 1_000)) == 0)
    }

    @Test("a flood of accounts that move bytes slows nobody else down, and forgets last who moved most")
    func budgetFlood() {
        let start = Timestamp(milliseconds: 1_000_000)
        let budget = ByteBudget<Int>(rate: Rate(burst: 1_000, perSecond: 100), keyCountMax: 10)
        #expect(budget.spend(1_500, by: 3, now: start) == 5_000)
        for key in 10..<1_000 { #expect(budget.spend(1_000, by: key, now: start) == 0) }
        #expect(budget.spend(100, by: 3, now: start) == 6_000)
    }
}
