import Keys
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// Messages that are taken back, with their files, over a real server.
@Suite("Deleted messages") struct DeletingTests {
    static let samples = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/fixtures/media/"
    private static let bobby = "bobby"

    private func handle(_ name: String) throws -> Handle { try #require(Handle(text: name)) }

    /// Sends a content as it is, past everything that a client would see to.
    private func inject(_ content: MessageContent, from sender: Phone, to recipient: Phone) async throws {
        try await inject(content, from: sender, to: recipient.account)
    }

    private func inject(_ content: MessageContent, from sender: Phone, to recipient: Account) async throws {
        let peer = try #require(try await recipient.whoami()).address.account
        let (copies, commitment) = try await sender.inside { try $0.frankedForTests(content, to: peer) }
        let request = SendRequest(clientID: .random(), copies: copies, commitment: commitment)
        let sent = try await sender.house.api.send(
            "POST", "/v1/messages/\(peer)", request, token: try await sender.account.accessTokenForTests())
        try #require(sent.status == 200)
    }

    private func deletion(of target: ClientID) -> MessageContent {
        MessageContent(message: .random(), sentAt: House.now, text: "", target: target)
    }

    @Test("a photo shows itself before it is fetched; deleted, it is gone from the server's disk and both transcripts")
    func photo() async throws {
        let house = try await House()
        let (alice, bob) = (try await Phone(house, as: "alice"), try await Phone(house, as: Self.bobby))
        let photo = OutgoingFile(path: Self.samples + "orientation-6.jpg", caption: "look")
        let sent = try await alice.chats.send(photo, to: try handle(Self.bobby))
        #expect(sent.file?.width == 64 && sent.file?.height == 96)
        try await bob.fetch()
        let came = try #require(try await bob.history().last)
        #expect(came.file?.width == 64 && came.file?.height == 96 && came.file?.thumbHash?.isEmpty == false)
        let thumbnail = try await bob.media.thumbnail(ofFileOf: came.id)
        #expect(thumbnail.type == "image/webp" && thumbnail.width == 64 && thumbnail.height == 96)
        #expect(house.mediaFiles.count == 1)

        let left = try await alice.chats.delete(sent.id)
        #expect(left.removal == .deleted && left.text == nil && left.file == nil)
        #expect(house.mediaFiles.isEmpty)
        let told = try await bob.fetch()
        let removed = told.compactMap { if case .removed(let line) = $0 { line } else { nil } }
        #expect(removed.map(\.id) == [came.id])
        let line = try #require(try await bob.history().last)
        #expect(line.id == came.id && line.removal == .deleted && line.text == nil && line.file == nil)
        await #expect(throws: SottoError(.file(.none))) {
            try await bob.media.download(fileOf: came.id, to: house.folder.path + "/out")
        }
        let message = try #require(came.message)
        for phone in [alice, bob] {
            #expect(try await phone.kept(.attachment(message, from: came.author.account)) == nil)
            #expect(try await !phone.inside { $0.owesErasingForTests })
        }
        await #expect(throws: SottoError(.cannotReport)) { try await bob.safety.report(message: came.id) }
        // A second time there is nothing to do.
        #expect(try await alice.chats.delete(sent.id) == left)
        #expect(try await bob.fetch().allSatisfy { if case .removed = $0 { false } else { true } })
        await #expect(throws: SottoError(.noSuchMessage)) {
            try await alice.chats.delete(try await alice.account.only(99))
        }
    }

    @Test("a deletion that comes before its message, twice, from somebody else or of nothing does no harm")
    func order() async throws {
        let house = try await House()
        let (alice, bob) = (try await Phone(house, as: "alice"), try await Phone(house, as: Self.bobby))
        let mallory = try await Phone(house, as: "mallory")
        try await alice.send("first", to: Self.bobby)
        try await mallory.send("hello", to: Self.bobby)
        let late = MessageContent(message: .random(), sentAt: House.now, text: "late", expiresIn: 60)
        for content in [deletion(of: late.message), deletion(of: late.message), late, deletion(of: late.message)] {
            try await inject(content, from: alice, to: bob)
        }
        try await bob.fetch()
        let first = try #require(try await bob.history().first?.message)
        try await inject(deletion(of: first), from: mallory, to: bob)
        try await inject(deletion(of: .random()), from: mallory, to: bob)
        try await alice.send("last", to: Self.bobby)
        try await bob.fetch()
        let lines = try await bob.history()
        #expect(lines.map(\.text) == ["first", "hello", nil, "last"])
        #expect(lines.map(\.removal) == [nil, nil, .deleted, nil])
        #expect(lines.allSatisfy { $0.kind == .received && $0.expiry == nil })
        try await inject(deletion(of: first), from: alice, to: bob)
        try await bob.restart()
        try await bob.fetch()
        #expect(try await bob.history().first?.removal == .deleted)
    }

    @Test("a message that comes again is none, also after it was deleted or has disappeared, and its name stays")
    func again() async throws {
        let house = try await House()
        let clock = MovedClock()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: Self.bobby, clock: clock)
        try await alice.send("first", to: Self.bobby)
        let deleted = MessageContent(message: .random(), sentAt: House.now, text: "deleted")
        let ending = MessageContent(message: .random(), sentAt: House.now, text: "ending", expiresIn: 60)
        for content in [deleted, ending] { try await inject(content, from: alice, to: bob.account) }
        try await bob.fetch()
        let own = try #require(try await alice.account.whoami()).address.account
        let names = [deleted.message, ending.message].map { StoreKey.message($0, from: own) }
        let known = [try await bob.kept(names[0]), try await bob.kept(names[1])]
        #expect(known.map { $0?.place?.number } == [2, 3])
        try await bob.chats.delete(try await bob.account.only(2))
        clock.advance(seconds: 61)
        #expect(try await bob.account.history().map(\.text) == ["first", nil])

        for content in [ending, deleted] { try await inject(content, from: alice, to: bob.account) }
        try await bob.fetch()
        #expect(try await bob.account.history().map(\.removal) == [nil, .deleted])
        #expect([try await bob.kept(names[0]), try await bob.kept(names[1])] == known)
        let chat = ChatID.person(own)
        #expect(try await bob.chats.line(LineID(chat, .message(deleted.message, by: own)))?.number == 2)
        #expect(try await bob.chats.line(LineID(chat, .message(ending.message, by: own))) == nil)
        // A deletion is known by its name as well, and has no line.
        let taking = deletion(of: ending.message)
        for _ in 0..<2 { try await inject(taking, from: alice, to: bob.account) }
        try await bob.fetch()
        #expect(try await bob.kept(.message(taking.message, from: own)) == KnownMessage())
    }

    @Test("deletions of one account that wait for their message are bounded, and the oldest go first")
    func bounded() async throws {
        let house = try await House()
        let clock = MovedClock()
        let bob = try await Phone(house, as: Self.bobby, clock: clock)
        let targets = (0...ClientLimits.earlyDeletionsMax).map { _ in ClientID.random() }
        let kept = try await bob.inside { try $0.rememberForTests(targets, of: .random(), clock) }
        #expect(kept.count == ClientLimits.earlyDeletionsMax)
        #expect(kept.contains("\(try #require(targets.last))"))
        #expect(!kept.contains("\(targets[0])"))
    }

    @Test("a received message is deleted on this device alone, and an own one too where that is asked for")
    func forMe() async throws {
        let house = try await House()
        let (alice, bob) = (try await Phone(house, as: "alice"), try await Phone(house, as: Self.bobby))
        try await alice.chats.send(file: Self.samples + "rgb.png", to: try handle(Self.bobby))
        try await alice.send("mine", to: Self.bobby)
        try await bob.fetch()
        try await bob.chats.delete(try await bob.account.only(1))
        try await alice.chats.delete(try await alice.account.only(2), forMeOnly: true)
        try await alice.fetch()
        try await bob.fetch()
        #expect(try await alice.history().map(\.removal) == [nil, .deleted])
        #expect(try await bob.history().map(\.removal) == [.deleted, nil])
        #expect(house.mediaFiles.count == 1)
    }

    @Test("what is deleted on this device alone still reaches the own other one, where its copy was on its way")
    func forMeBeforeTheCopy() async throws {
        let house = try await House()
        let fate = Fate()
        let alice = try await Phone(house, as: "alice", fate: fate)
        let tablet = try await Phone(house, joining: alice)
        let bob = try await Phone(house, as: Self.bobby)
        let own = try #require(try await alice.account.whoami()).address.account
        fate.beforeRequest = { [fate] (request) in
            if request.method == "POST", request.path.hasSuffix("/\(own)") { fate.isOffline = true }
        }
        let sent = try await alice.send("mine", to: Self.bobby)
        #expect(sent.delivery == .accepted)
        await alice.outbox.sendAll()
        try await alice.chats.delete(sent.id, forMeOnly: true)
        fate.beforeRequest = nil
        fate.isOffline = false
        await alice.outbox.sendAll()
        try await tablet.fetch()
        try await bob.fetch()
        #expect(try await tablet.history().map(\.text) == ["mine"])
        #expect(try await bob.history().map(\.text) == ["mine"])
        #expect(try await alice.history().map(\.removal) == [.deleted])
    }

    @Test("any own device deletes for all; what deletes the bytes never reaches the recipient")
    func ownDevices() async throws {
        let house = try await House()
        let (alice, bob) = (try await Phone(house, as: "alice"), try await Phone(house, as: Self.bobby))
        let tablet = try await Phone(house, joining: alice)
        try await alice.fetch()
        let sent = try await alice.chats.send(file: Self.samples + "rgb.png", to: try handle(Self.bobby))
        try await tablet.fetch()
        try await bob.fetch()
        let own = try #require(try await alice.account.whoami()).address.account
        let message = try #require(sent.message)
        let kept = try #require(try await alice.kept(.capability(message, from: own)))
        #expect(try await tablet.kept(.capability(message, from: own)) == kept)
        #expect(try await bob.kept(.capability(message, from: own)) == nil)
        let copy = try #require(try await tablet.history().last)
        try await tablet.chats.delete(copy.id)
        #expect(house.mediaFiles.isEmpty)
        for phone in [alice, bob] {
            try await phone.fetch()
            #expect(try await phone.history().last?.removal == .deleted)
        }
    }

    @Test("what the recipient is sent has no capability in it, and what the own devices are sent has")
    func copies() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: Self.bobby)
        _ = try await Phone(house, joining: alice)
        try await alice.send("hello", to: Self.bobby)
        let account = try #require(try await bob.account.whoami()).address.account
        let capability = String(repeating: "c", count: 43)
        let entries = try await alice.inside { try $0.entriesForTests(capability, to: account) }
        #expect(entries.map(\.kind) == [.message, .sync])
        let contents = try entries.map { (entry) in
            entry.kind == .sync ? entry.content : try FrankedContent.decode(entry.content).content
        }
        #expect(try contents.map { try MessageContent.decode($0).deleteCapability } == [nil, capability])
        #expect(!String(decoding: entries[0].content, as: UTF8.self).contains(capability))
    }

    @Test("a server that is away hears of it later, also after a restart; a message that never left says nothing")
    func away() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: Self.bobby, isDoubtful: true)
        let sent = try await alice.chats.send(file: Self.samples + "rgb.png", to: try handle(Self.bobby))
        house.server.stop()
        await #expect(throws: SottoError.self) { try await alice.send("never", to: Self.bobby) }
        for line in [sent.id, LineID(sent.id.chat, number: SequenceNumber(sent.number.rawValue + 1))] {
            let error = await #expect(throws: SottoError.self) { try await alice.chats.delete(line) }
            #expect(error?.code == "queued")
        }
        #expect(try await alice.account.history().map(\.removal) == [.deleted, .deleted])
        let later = try await House(folder: house.folder)
        #expect(later.mediaFiles.count == 1)
        try await alice.restart(at: later)
        try await alice.fetch()
        #expect(later.mediaFiles.isEmpty)
        try await bob.restart(at: later)
        try await bob.fetch()
        // The text was taken out of the outbox.
        #expect(try await bob.account.history().map(\.removal) == [.deleted])
    }

    @Test("killed at any write, a deletion has happened or not, and its file goes with it")
    func killed() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: Self.bobby)
        for writes in 0..<4 {
            let phone = try await Phone(house, fate: Fate())
            try await phone.register("mortal\(writes)")
            let sent = try await phone.chats.send(file: Self.samples + "rgb.png", to: try handle(Self.bobby))
            try await phone.restart(Fate(writes: writes, isLastWriteDone: writes.isMultiple(of: 2)))
            _ = try? await phone.chats.delete(sent.id)
            try await phone.restart()
            let line = try #require(try await phone.account.history().first)
            #expect((line.removal == nil) == (line.file != nil), "all of it or nothing")
            try await phone.chats.delete(sent.id)
            try await phone.fetch()
            #expect(house.mediaFiles.isEmpty, "after \(writes) writes")
            try await bob.fetch()
            #expect(try await bob.history().last?.removal == .deleted, "after \(writes) writes")
        }
    }

    @Test("the program sends a photo, shows it without a server, and deletes it")
    func program() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        for (terminal, name) in [(alice, "alice"), (bob, Self.bobby)] {
            #expect(try terminal.run("register", name).status == 0)
        }
        let folder = try TemporaryFolder()
        #expect(try alice.run("send", Self.bobby, "--file", Self.samples + "progressive.jpg").status == 0)
        let plain = try alice.run("send", Self.bobby, "--file", Self.samples + "rgb.png", "--no-preview", "--json")
        #expect(plain.status == 0 && !plain.output.contains("thumbHash"))
        #expect(try bob.run("listen", "--until-idle", "--json").output.contains(#""thumbHash":""#))
        #expect(try alice.run("delete", Self.bobby, "1", "--json").output.contains(#""removed":"deleted""#))
        #expect(house.mediaFiles.count == 1)
        #expect(try alice.run("delete", Self.bobby, "7").status == 1)
        #expect(try alice.run("delete", Self.bobby, "x").status == 2)
        house.server.stop()
        let out = folder.path + "/out.webp"
        let saved = try bob.run("download", "alice", "1", "--thumbnail", "-o", out, "--json")
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(saved.output.hasPrefix(#"{"event":"inlineThumbnail","#))
        #expect(TextFile.bytes(out).starts(with: "RIFF".utf8))
        #expect(try bob.run("download", "alice", "1", "--thumbnail", "-o", out).status == 1, "nothing is overwritten")
        #expect(try bob.run("download", "alice", "2", "--thumbnail", "-o", folder.path + "/x").status == 1)
        let deleted = try bob.run("delete", "alice", "1").output
        #expect(deleted == "Deleted on this device; the others' copies are as they were.\n")
        #expect(try bob.run("history", "alice").output.contains("alice: [deleted]\n"))
    }
}

extension Rooms {
    var owesErasingForTests: Bool { ground.records.store.isErasingOwed }
    var expiriesForTests: [String] { get throws { try ground.records.store.keys(in: .expiries).map(\.name) } }

    /// As if deletions of these had come, one a second, none of whose messages did.
    /// - Returns: what is remembered.
    func rememberForTests(_ targets: [ClientID], of account: AccountID, _ clock: MovedClock) throws -> [String] {
        for target in targets {
            var transaction = StoreTransaction()
            var edit = TranscriptEdit(ground.records.store, now: ground.surroundings.now())
            #expect(try receiver.takeOut(target, of: account, &edit, into: &transaction) == nil)
            try receiver.commit(transaction)
            clock.advance(seconds: 1)
        }
        return try ground.records.store.keys(in: .earlyDeletions(from: account)).compactMap(\.placeName)
    }

    /// What would be sent of a text whose file had this capability.
    func entriesForTests(_ capability: String, to account: AccountID) throws -> [OutboxEntry] {
        let (_, own) = try receiver.readyProfile()
        let content = MessageContent(message: .random(), sentAt: ground.surroundings.now(), text: "x")
        return try mailer.outboxEntries(content, capability: capability, line: nil, to: account, own)
    }
}
