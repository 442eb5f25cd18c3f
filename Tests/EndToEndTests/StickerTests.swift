import Glibc
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// Sticker packs, over a real server.
@Suite("Stickers") struct StickerTests {
    private static let samples = DeletingTests.samples

    private func handle(_ name: String) throws -> Handle { try #require(Handle(text: name)) }

    private static let files = [("rgb.png", "🟥"), ("lossy.webp", "🌊"), ("animated.gif", "🎬")].map {
        StickerFile(path: samples + $0.0, emoji: $0.1)
    }

    @Test("a pack is shared by its link or by a sticker of it, and shown without either")
    func pack() async throws {
        let house = try await House()
        let (alice, bob) = (try await Phone(house, as: "alice"), try await Phone(house, as: "bobby"))
        let made = try await alice.stickers.createPack(title: "Samples", author: "Alice", files: Self.files)
        #expect(made.isOwn && made.emojis == ["🟥", "🌊", "🎬"])
        #expect(house.mediaFiles.count == 4)
        let added = try await bob.stickers.addPack(link: made.link)
        #expect(!added.isOwn && added.title == "Samples" && added.author == "Alice" && added.pack == made.pack)
        #expect(try await bob.stickers.addPack(link: made.link) == added, "twice is once")
        #expect(try await bob.stickers.stickers(of: made.pack).map(\.emoji) == made.emojis)
        let wave = TextFile.bytes(Self.samples + "lossy.webp")
        #expect(try await bob.stickers.image(ofSticker: 1, of: made.pack) == wave)

        let carol = try await Phone(house, as: "carol")
        let sent = try await bob.stickers.send(sticker: 1, of: made.pack, to: try handle("carol"))
        #expect(sent.sticker == StickerNote(emoji: "🌊", index: 1) && sent.text == nil)
        try await carol.fetch()
        let came = try #require(try await carol.history().last)
        #expect(came.sticker == sent.sticker && came.file?.type == "image/webp")
        let out = carol.folder.path + "/out.webp"
        try await carol.media.download(fileOf: came.id, to: out)
        #expect(TextFile.bytes(out) == wave)
        #expect(try await carol.stickers.addPack(ofMessage: came.id).emojis == made.emojis)

        // Taking back the message leaves the pack; removing the pack, by whom made it, leaves nothing.
        try await bob.chats.delete(sent.id)
        try await carol.fetch()
        #expect(try await carol.history().last?.sticker == nil)
        await #expect(throws: SottoError(.stickers(.unknown))) {
            try await carol.stickers.addPack(ofMessage: came.id)
        }
        #expect(house.mediaFiles.count == 4)
        try await bob.stickers.removePack(made.pack)
        #expect(house.mediaFiles.count == 4)
        try await alice.restart()
        try await alice.stickers.removePack(made.pack)
        #expect(house.mediaFiles.isEmpty)
        #expect(try await alice.stickers.packs().isEmpty)
        await #expect(throws: SottoError(.stickers(.unknown))) {
            try await alice.stickers.send(sticker: 0, of: made.pack, to: try handle("carol"))
        }
    }

    @Test("what is no pack is refused before anything is uploaded")
    func refused() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let client = alice.account
        let good = Self.files[0]
        let packs: [(String, String?, [StickerFile])] = [
            ("", nil, [good]), (String(repeating: "x", count: 129), nil, [good]), ("x", "", [good]), ("x", nil, []),
            ("x", nil, [StickerFile](repeating: good, count: 201)),
            ("x", nil, [StickerFile(path: good.path, emoji: "")]),
        ]
        for (title, author, files) in packs {
            await #expect(throws: SottoError(.stickers(.badPack))) {
                try await client.stickers.createPack(title: title, author: author, files: files)
            }
        }
        let long = alice.folder.path + "/long.png"
        let png = TextFile.bytes(good.path)
        try TextFile.write(png + [UInt8](repeating: 0, count: 300 * 1024), to: long)
        for path in [#filePath, long, Self.samples + "clip.mp4"] {
            await #expect(throws: SottoError(.file(.badImage)), "\(path)") {
                try await client.stickers.createPack(title: "x", files: [good, StickerFile(path: path, emoji: "x")])
            }
        }
        await #expect(throws: SottoError(.file(.unreadable))) {
            try await client.stickers.createPack(title: "x", files: [StickerFile(path: "/nowhere", emoji: "x")])
        }
        #expect(house.mediaFiles.isEmpty)
        await #expect(throws: SottoError(.stickers(.badLink))) {
            try await client.stickers.addPack(link: "sotto-stickers:")
        }
        // A link to something else.
        let sent = try await client.stickers.createPack(title: "x", files: [good])
        let kept = try #require(try await client.kept(.stickerPack(sent.pack)))
        await #expect(throws: SottoError(.stickers(.badLink))) {
            try await client.stickers.addPack(link: StickerLink.text(kept.pack.stickers[0].file))
        }
    }

    @Test("a pack that is not finished leaves nothing at the server, whether it was refused or its maker died")
    func unfinished() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let count = Guarded(0)
        alice.change = { (path, answer) in
            guard path.hasSuffix("/complete"), count.withLock({ $0 += 1; return $0 == 2 }) else { return }
            let problem = Problem(.quotaExceeded, "No.")
            answer = Network.Answer(
                status: problem.code.status, mediaType: "application/cbor", body: problem.encoded(as: .cbor))
        }
        await #expect(throws: SottoError.self) {
            try await alice.stickers.createPack(title: "x", files: Self.files)
        }
        // The one that was being uploaded is found at the next connect.
        try await alice.fetch()
        #expect(house.mediaFiles.isEmpty)
        for writes in 0..<4 {
            let phone = try await Phone(house, fate: Fate())
            try await phone.register("mortal\(writes)")
            try await phone.account.logIn()
            try await phone.restart(Fate(writes: writes))
            _ = try? await phone.stickers.createPack(title: "x", files: Self.files)
            try await phone.restart()
            if let pack = try await phone.stickers.packs().first {
                try await phone.stickers.removePack(pack.pack)
            }
            try await phone.fetch()
            #expect(house.mediaFiles.isEmpty, "after \(writes) writes")
        }
    }

    @Test("the program makes a pack, and another keeps it and sends of it")
    func program() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        #expect(try alice.run("register", "alice").status == 0)
        #expect(try bob.run("register", "bobby").status == 0)
        let made = try alice.run(
            "sticker", "create", "Samples", "🟥=" + Self.samples + "rgb.png", Self.samples + "lossy.webp",
            "--author", "Alice")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("Samples, by Alice, 2 stickers\n    0 🟥  1 🙂\n    sotto-stickers:"))
        let link = try #require(made.output.split(separator: "\n").last).drop { $0 == " " }
        let pack = String(try #require(made.output.split(separator: " ").first))
        #expect(try bob.run("sticker", "add", String(link)).status == 0)
        #expect(try bob.run("sticker", "list", "--json").output.contains("\"pack\":\"\(pack)\",\"title\":\"Samples\""))
        #expect(try bob.run("sticker", "send", "alice", pack, "0").status == 0)
        #expect(try bob.run("sticker", "send", "alice", pack, "2").status == 1)
        let heard = try alice.run("listen", "--until-idle")
        #expect(heard.output.contains("bobby: [sticker 🟥: sotto download @bobby 1 -o OUT]"))
        for words in [["create", "x"], ["send", "alice", "x", "0"], ["frob"], ["add"]] {
            #expect(try bob.run(["sticker"] + words).status == 2, "\(words)")
        }
        #expect(try alice.run("sticker", "remove", pack).status == 0)
        #expect(house.mediaFiles.isEmpty)
    }
}
