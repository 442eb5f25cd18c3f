import Store
import TestKit
import Testing
import Transport
import Wire

/// Posts that are deleted or whose time is over: what a real server has of them on its disk.
@Suite(.serialized, .timeLimit(.minutes(10))) struct PostDeletionTests {
    private static let canary = "canary-of-the-lake"

    private static func picture() -> [UInt8] {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        return TextFile.bytes(root + "/fixtures/media/rgb.png")
    }

    /// Whether the database or the log written ahead of it has the text.
    private static func isOnDisk(_ house: House) -> Bool {
        let folder = house.folder.path + "/data/"
        let files = TextFile.bytes(folder + "sotto.db") + TextFile.bytes(folder + "sotto.db-wal")
        return files.firstRange(of: Array(canary.utf8)) != nil
    }

    /// An open group with a message that shows a picture.
    private struct Scene {
        var town: ConversationID
        var posted: Accepted
        var path: String { "/v1/conversations/\(town)/messages" }
    }

    private func scene(
        _ house: House, _ alice: Resident, _ bob: Resident, expiresIn: UInt64? = nil
    ) async throws -> Scene {
        let new = NewConversation(kind: .group, mode: .open, name: "town", members: [bob.account])
        let town: ConversationView = try await house.api.call("POST", "/v1/conversations", new, token: alice.token)
        let info = try await Tus.storeOpen(
            Self.picture(), [("conversation", "\(town.conversation)")], by: alice, in: house)
        let request = PostRequest(
            clientID: .random(), text: Self.canary, media: [info.media], expiresIn: expiresIn)
        let posted: Accepted = try await house.api.call(
            "POST", "/v1/conversations/\(town.conversation)/messages", request, token: alice.token)
        #expect(house.mediaFiles.count > 1 && Self.isOnDisk(house))
        return Scene(town: town.conversation, posted: posted)
    }

    /// The deletion, as somebody else hears of it.
    private func deletion(on socket: FrameSocket) async throws -> ConversationEvent.MessageDeleted? {
        try await socket.first { (frame) -> ConversationEvent.MessageDeleted? in
            guard case .event(let entry) = frame, case .messageDeleted(let deleted) = entry.event else { return nil }
            return deleted
        }
    }

    @Test("a deletion under an idempotency key is answered again, and never deletes another message")
    func idempotency() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let new = NewConversation(kind: .group, mode: .open, name: "town", members: [])
        let town: ConversationView = try await house.api.call("POST", "/v1/conversations", new, token: alice.token)
        let path = "/v1/conversations/\(town.conversation)/messages"
        var seqs: [SequenceNumber] = []
        for text in ["one", "two"] {
            let posted: Accepted = try await house.api.call(
                "POST", path, PostRequest(clientID: .random(), text: text), token: alice.token)
            seqs.append(try #require(posted.seq))
        }
        let key = [("Idempotency-Key", "the first")]
        let first = try await house.api.raw("DELETE", "\(path)/\(seqs[0])", token: alice.token, headers: key)
        #expect(first.status == 204 && first.headers["idempotent-replayed"] == nil)
        let again = try await house.api.raw("DELETE", "\(path)/\(seqs[0])", token: alice.token, headers: key)
        #expect(again.status == 204 && again.headers["idempotent-replayed"] == "true")
        let other = try await house.api.raw("DELETE", "\(path)/\(seqs[1])", token: alice.token, headers: key)
        #expect(other.status == ProblemCode.idempotencyMismatch.status)
        let log: LogPage = try await house.api.call("GET", path, token: alice.token)
        let texts = log.items.compactMap { (entry) -> String? in
            if case .message(let message) = entry.event { message.text } else { nil }
        }
        #expect(texts == ["two"])
    }

    @Test("a deleted post is gone from the disk with its pictures, and from what others read")
    func deleted() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let scene = try await scene(house, alice, bob)
        let seq = try #require(scene.posted.seq)
        let socket = try await house.socket(bob)
        #expect(try await house.api.raw("DELETE", "\(scene.path)/\(seq)", token: bob.token).status == 403)
        #expect(try await house.api.raw("DELETE", "\(scene.path)/1", token: alice.token).status == 404)
        #expect(try await house.api.raw("DELETE", "\(scene.path)/x", token: alice.token).status == 404)
        #expect(try await house.api.raw("DELETE", "\(scene.path)/\(seq)", token: alice.token).status == 204)
        #expect(house.mediaFiles.isEmpty, "when it is answered")
        #expect(try await deletion(on: socket) == .init(seq: seq))
        #expect(try await house.api.raw("DELETE", "\(scene.path)/\(seq)", token: alice.token).status == 204)
        let page: LogPage = try await house.api.call("GET", scene.path, token: bob.token)
        guard case .message(let message) = page.items.first(where: { $0.seq == seq })?.event else {
            throw Problem(.internalError, "not a message")
        }
        #expect(message.isDeleted && message.text == nil && message.media.isEmpty)
        #expect(house.server.stop() == 0)
        #expect(!Self.isOnDisk(house))
    }

    @Test("a message whose time is over goes by itself, over a crash of the server too")
    func expired() async throws {
        var house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let scene = try await scene(house, alice, bob, expiresIn: 5)
        let seq = try #require(scene.posted.seq)
        house.server.kill()
        house = try await House(folder: house.folder)
        let log: LogPage = try await house.api.call("GET", scene.path, token: bob.token)
        if log.head == seq {
            let socket = try await house.socket(bob)
            #expect(try await deletion(on: socket) == .init(seq: seq, reason: .expired))
        }
        let page: LogPage = try await house.api.call("GET", scene.path, token: bob.token)
        #expect(page.items.last?.event == .messageDeleted(.init(seq: seq, reason: .expired)))
        while !house.mediaFiles.isEmpty {
            let _: LogPage = try await house.api.call("GET", scene.path, token: bob.token)
        }
        #expect(house.server.stop() == 0)
        #expect(!Self.isOnDisk(house))
    }
}
