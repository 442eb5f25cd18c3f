import Client
import Wire

extension Verb {
    /// Where nothing else is said, a sticker stands for this.
    private static let usualEmoji = "🙂"

    static let stickers = Verb(
        "stickers", .pictures,
        usage: "stickers [list | create TITLE [EMOJI=]FILE… | add LINK | add HANDLE NUMBER"
            + " | send HANDLE PACK NUMBER | remove PACK]",
        "Sealed sets of small images: make one, keep one, send one of it; numbers begin with 0.", words: 0...202,
        options: [
            .init(name: "--author", value: "NAME", help: "Who made the pack."),
            .init(name: "--expires", value: "TIME", help: "Disappear after 30s, 5m, 1h, 7d; 5s to 28d."),
        ]
    ) { (client, arguments, output) in
        let words = arguments.words
        switch (words.first ?? "list", words.count) {
        case ("list", 0...1): for pack in try await client.stickers.packs() { show(pack, output) }
        case ("create", 3...): try await createPack(client, arguments, output)
        case ("add", 2): show(try await client.stickers.addPack(link: words[1]), output)
        case ("add", 3):
            show(try await client.stickers.addPack(ofMessage: try await line(words[1...], client)), output)
        case ("send", 4):
            guard let index = Int(words[3]) else { throw arguments.misused }
            let handle = try handle(words[1])
            let line = try await client.stickers.send(
                sticker: index, of: try packName(words[2]), to: handle, expiresIn: try arguments.duration("--expires"))
            output.accepted(line, with: handle)
        case ("remove", 2):
            let pack = try packName(words[1])
            try await client.stickers.removePack(pack)
            output.object("stickerPackRemoved") { $0.put("pack", pack) }
            output.say("Removed.")
        default: throw arguments.misused
        }
    }

    private static func packName(_ text: String) throws(UsageError) -> MediaID {
        guard let pack = MediaID(text: text) else {
            throw UsageError(message: "A pack is named by 22 characters, as sotto stickers list shows them.")
        }
        return pack
    }

    private static func createPack(_ client: Account, _ arguments: Arguments, _ output: Output) async throws {
        let files = arguments.words.dropFirst(2).map(stickerFile)
        let pack = try await client.stickers.createPack(
            title: arguments.words[1], author: arguments.values["--author"], files: files
        ) { (count) in
            output.progress("Uploaded \(count) of \(files.count).")
        }
        show(pack, output)
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
        output.object("stickerPack") { (writer) in
            writer.put("pack", pack.pack)
            writer.put("title", text: pack.title)
            writer.put("author", text: pack.author)
            writer.put("own", flag: pack.isOwn)
            writer.put("count", number: UInt64(pack.emojis.count))
            writer.put("emojis", text: pack.emojis.joined(separator: " "))
            writer.put("link", text: pack.link)
        }
        let author = pack.author.map { ", by \(Output.harmless($0))" } ?? ""
        output.say("\(pack.pack)  \(Output.harmless(pack.title))\(author), \(pack.emojis.count) stickers")
        output.say("    " + Output.harmless(pack.emojis.enumerated().map { "\($0) \($1)" }.joined(separator: "  ")))
        output.say("    " + pack.link)
    }
}
