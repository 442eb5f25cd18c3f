import BlobsEngine
import Chat
import Crypto
import Store
import TestKit
import Testing
import Wire

@testable import Server

@Suite(.timeLimit(.minutes(10))) struct MediaSweeperTests {
    private static let now = Timestamp(milliseconds: 1_795_167_000_000)

    /// An account with a file and a conversation of its own, which was deleted.
    private static func deletedAccount(_ name: String, _ chat: ChatEngine, _ media: MediaHouse) async throws {
        let person = Person(name, now: now)
        let (verified, tokens) = (try VerifiedRegistration(person.registration(), now: now), MintedTokens())
        let bytes: [UInt8] = [1, 2, 3]
        let draft = try UploadDraft(
            in: chat.shard, by: person.address, mediaClass: .sealed, byteCount: UInt64(bytes.count),
            sha256: SHA256.hash(bytes), conversation: nil, lifetime: .usual, expiresSeconds: nil, now: now)
        let bounds = media.uploads.bounds
        try await chat.commit { (turn) throws(Problem) in
            _ = try turn.register(verified, mode: .open, invite: nil, tokens: tokens)
            let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [])
            _ = try turn.createConversation(new, by: person.address)
            try turn.createUpload(draft, within: bounds)
        }
        let writer = try await media.uploads.append(to: draft.row, at: 0)
        try await writer.append(bytes)
        _ = try await writer.finish()
        let account = person.account
        try await chat.commit { (turn) throws(Problem) in try turn.deleteAccount(account) }
    }

    @Test("a server that ends while accounts are erased complains of nothing, and its next start erases the rest")
    func ends() async throws {
        let (folder, lineCount) = (try TemporaryFolder(), Guarded(0))
        let log = Log(level: .warning, form: .json) {
            lineCount.withLock { $0 += 1 }
            return Self.now
        }
        func place() throws -> (Store, ChatEngine, BlobStore) {
            var settings = StoreConfiguration()
            (settings.readerCount, settings.shard) = (1, .ofTests)
            let store = try Store.open(folder: folder.path, configuration: settings) {}
            let chat = ChatEngine(store: store, clock: { Self.now }, perform: { (_) in })
            return (store, chat, try DiskBlobs.open(folder: folder.path + "/media"))
        }
        var (store, chat, blobs) = try place()
        let open = blobs
        blobs.remove = { [store] (_) async throws(BlobError) in
            // Between two steps of erasing the first account.
            await store.close()
            throw .closed
        }
        var media = MediaHouse(chat: chat, blobs: blobs, bounds: MediaBounds(), processor: nil)
        for name in ["alice", "bobby"] { try await Self.deletedAccount(name, chat, media) }
        await MediaSweeper(chat: chat, media: media, log: log).sweep()
        #expect(lineCount.withLock { $0 } == 0)
        await open.close()

        (store, chat, blobs) = try place()
        let doomed = { [store] () async throws(Problem) in
            try await store.read { (tables) throws(Problem) in
                try tables.rows(DoomedAccountRow.inOrder, limit: 9).count
            }
        }
        #expect(try await doomed() == 2)
        media = MediaHouse(chat: chat, blobs: blobs, bounds: MediaBounds(), processor: nil)
        await MediaSweeper(chat: chat, media: media, log: log).sweep()
        #expect(try await doomed() == 0)
        #expect(try await blobs.list(nil, 9).isEmpty)
        #expect(lineCount.withLock { $0 } == 0)
        await blobs.close()
        await store.close()
    }
}
