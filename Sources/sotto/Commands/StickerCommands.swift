import Client
import Wire

extension SottoCommand {
    /// Where nothing else is said, a sticker stands for this.
    private static let usualEmoji = "🙂"

    static let stickerList = SottoCommand(
        "sticker list", short: "stickers", "List the sticker packs that this device keeps, with their links.",
        examples: ["sotto stickers"]
    ) { (session) in
        let packs = try await session.account.stickers.packs()
        for pack in packs { show(pack, session.output) }
        if packs.isEmpty { session.output.progress("No packs yet: sotto sticker create, or sotto sticker add.") }
    }

    static let stickerCreate = SottoCommand(
        "sticker create", words: [Word("TITLE"), Word("[EMOJI=]FILE", .file).repeated],
        options: [.init(name: "--author", value: "NAME", help: "Who made the pack.")],
        "Make a pack of up to 200 images of 300 KiB, sealed; whoever has its link can show it.",
        examples: ["sotto sticker create Lakes 🏞=small.webp --author Alice"]
    ) { (session) in
        let output = session.output
        let files = session.typed.words.dropFirst().map(stickerFile)
        let pack = try await session.account.stickers.createPack(
            title: try session.typed.word(0), author: session.typed.values["--author"], files: files
        ) { (count) in
            output.progress("Uploaded \(count) of \(files.count).")
        }
        show(pack, output)
    }

    static let stickerAdd = SottoCommand(
        "sticker add", words: [Word("LINK|CHAT", .chat), .number.optional],
        "Keep a pack: by its link, or by a sticker of it that was sent to a chat.",
        examples: ["sotto sticker add @alice 5 --data ./bob"]
    ) { (session) in
        let stickers = session.account.stickers
        guard session.typed.words.count > 1 else {
            return show(try await stickers.addPack(link: try session.typed.word(0)), session.output)
        }
        show(try await stickers.addPack(ofMessage: try await line(session).id), session.output)
    }

    static let stickerSend = SottoCommand(
        "sticker send", words: [.chat, Word("PACK"), Word("INDEX")],
        options: [.init(name: "--expires", value: "TIME", help: "Disappear after 30s, 5m, 1h, 7d; 5s to 28d.")],
        "Send a sticker of a pack that this device keeps; the first has the index 0.",
        examples: ["sotto sticker send @bob \"$(cat pack)\" 0"]
    ) { (session) in
        let typed = session.typed
        guard let index = Int(try typed.word(2)) else { throw typed.misused }
        let pack = try packName(try typed.word(1))
        let target = try await ChatTarget.find(
            try typed.word(0), in: session.account, isForSaying: true, telling: session.output)
        let handle = try target.person()
        let expiresIn = try typed.duration("--expires")
        let line = try await saying(to: target, session) {
            try await session.account.stickers.send(sticker: index, of: pack, to: handle, expiresIn: expiresIn)
        }
        session.output.accepted(line, to: target)
    }

    static let stickerRemove = SottoCommand(
        "sticker remove", words: [Word("PACK")],
        "Keep a pack no more; one that was made here is deleted for everybody.",
        examples: ["sotto sticker remove \"$(cat pack)\""]
    ) { (session) in
        let pack = try packName(try session.typed.word(0))
        try await session.account.stickers.removePack(pack)
        session.output.print(.stickerPackRemoved, StickerPackRemovedRecord(pack))
        session.output.say("Removed.")
    }

    private static func packName(_ text: String) throws(UsageError) -> MediaID {
        guard let pack = MediaID(text: text) else {
            throw UsageError(message: "A pack is named by 22 characters, as sotto stickers shows them.")
        }
        return pack
    }

    /// `FILE`, or `EMOJI=FILE`.
    private static func stickerFile(_ word: String) -> StickerFile {
        let halves = word.split(separator: "=", maxSplits: 1).map(String.init)
        // What has letters, digits or a slash before the sign is a path that has the sign in it.
        guard halves.count == 2, halves[0].utf8.allSatisfy({ $0 >= 0x80 }) else {
            return StickerFile(path: word, emoji: usualEmoji)
        }
        return StickerFile(path: halves[1], emoji: halves[0])
    }

    private static func show(_ pack: StickerPackNote, _ output: Output) {
        output.print(.stickerPack, StickerPackRecord(pack))
        let author = pack.author.map { ", by \(Output.harmless($0))" } ?? ""
        output.say(line: "\(pack.pack)  \(Output.harmless(pack.title))\(author), \(pack.emojis.count) stickers")
        let emojis = pack.emojis.enumerated().map { "\($0) \($1)" }.joined(separator: "  ")
        output.say(line: "    " + Output.harmless(emojis))
        output.say("    " + pack.link)
    }
}
