import BlobsEngine
import Crypto
import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// Uploads that one request completes while another one asks.
@Suite(.timeLimit(.minutes(10))) struct MediaUploadsTests {
    /// An upload whose bytes are all there, while another request holds its part; and what is asked of its files.
    private final class Held: Sendable {
        let uploads: MediaUploads
        let row: MediaRow
        let part: BlobPart
        let resumes = Guarded(0)
        private let folder: TemporaryFolder
        private let house = ChatHouse()
        private let waits: AsyncStream<Void>

        init() async throws {
            folder = try TemporaryFolder()
            var blobs = try DiskBlobs.open(folder: folder.path + "/media")
            let owner = try await house.person("alice").address
            let draft = try UploadDraft(
                in: house.chat.shard, by: owner, mediaClass: .sealed, byteCount: 3, sha256: SHA256.hash([1, 2, 3]),
                conversation: nil, lifetime: .usual, expiresSeconds: nil, now: house.now)
            row = draft.row
            try await house.chat.commit { (turn) throws(Problem) in
                try turn.createUpload(draft, within: MediaBounds())
            }
            part = try await blobs.begin(row.blob, 3)
            try await part.append([1, 2, 3])
            _ = try await part.sync()
            let (waits, tell) = AsyncStream<Void>.makeStream()
            self.waits = waits
            let (resume, untilFree) = (blobs.resume, blobs.untilFree)
            blobs.resume = { [resumes] (blob, byteCount) async throws(BlobError) in
                resumes.withLock { $0 += 1 }
                return try await resume(blob, byteCount)
            }
            blobs.untilFree = { (blob) in
                tell.yield()
                await untilFree(blob)
            }
            uploads = MediaHouse(chat: house.chat, blobs: blobs, bounds: MediaBounds(), processor: nil).uploads
        }

        func untilSomebodyWaits() async { for await _ in waits { break } }

        func state() async throws -> MediaState? {
            try await house.store.read { [row] (tables) throws(Problem) in
                try tables.row(MediaRow.byID, row.media)?.state
            }
        }
    }

    @Test("who asks while another request completes an upload goes on when that one ends, having asked once more")
    func awaitsCompletion() async throws {
        let held = try await Held()
        async let offset = held.uploads.offset(of: held.row)
        await held.untilSomebodyWaits()
        _ = try await held.part.finish(held.row.sha256)
        await held.part.release()
        #expect(try await offset == 3)
        #expect(try await held.state() == .ready)
        #expect(held.resumes.withLock { $0 } == 2)
    }

    @Test("who gives up waiting for another request is told that it goes on, at once")
    func stopsWaiting() async throws {
        let held = try await Held()
        let asking = Task { await problem { try await held.uploads.offset(of: held.row) } }
        await held.untilSomebodyWaits()
        asking.cancel()
        #expect(await asking.value == .uploadLocked)
        await held.part.release()
        #expect(try await held.uploads.offset(of: held.row) == 3)
        #expect(try await held.state() == .ready)
    }
}
