import Client
import Wire

extension Verb {
    private static let pictureOptions: [Arguments.Option] = [
        .init(name: "--output", value: "OUT", help: "A new file for the picture; also -o."),
        .init(name: "--size", value: "N", help: "Its longer side, at least; 320."),
        .init(name: "--jpeg", help: "JPEG instead of WebP."),
        .init(name: "--animated", help: "The moving picture, where there is one."),
    ]

    static let avatar = Verb(
        "avatar", .pictures,
        usage: "avatar set FILE | avatar remove | avatar show HANDLE -o OUT [--size N] [--jpeg]"
            + " | avatar set FILE --conversation ID | avatar remove --conversation ID",
        "Show everybody on the server who you are, or save what somebody else shows.", words: 1...2,
        options: pictureOptions + [
            .init(name: "--conversation", value: "ID", help: "The image of that open conversation, not your own.")
        ]
    ) { (client, arguments, output) in
        let words = arguments.words
        if let conversation = try conversation(arguments) {
            return try await image(of: conversation, client, arguments, output)
        }
        switch (words.first, words.count) {
        case ("set", 2):
            let media = try await client.media.setAvatar(words[1]) { output.progress("Uploaded", $0) }
            output.object("avatar") { $0.put("media", media) }
            output.say("This is your avatar now. Everybody on the server can see it.")
        case ("remove", 1):
            try await client.media.removeAvatar()
            output.object("avatarRemoved") { (_) in }
            output.say("You have no avatar any more.")
        case ("show", 2):
            let (handle, form) = (try handle(words[1]), try form(arguments))
            let path = try outputPath(arguments)
            try save(try await client.people.avatar(of: handle, form), to: path, output)
        default: throw arguments.misused
        }
    }

    private static func image(
        of conversation: ConversationID, _ client: Account, _ arguments: Arguments, _ output: Output
    ) async throws {
        switch (arguments.words.first, arguments.words.count) {
        case ("set", 2):
            let media = try await client.chats.setImage(arguments.words[1], of: conversation) {
                output.progress("Uploaded", $0)
            }
            output.object("image") { $0.put("media", media) }
            output.say("This is the conversation's image now.")
        case ("remove", 1):
            try await client.chats.removeImage(of: conversation)
            output.object("imageRemoved") { (_) in }
            output.say("The conversation has no image any more.")
        default: throw arguments.misused
        }
    }

    static let emoji = Verb(
        "emoji", .pictures,
        usage: "emoji [list] | emoji add NAME FILE | emoji remove NAME"
            + " | emoji show NAME -o OUT [--size N] [--animated]",
        "List the server's custom emoji, add one, delete an own one, or save its picture.", words: 0...3,
        options: pictureOptions
    ) { (client, arguments, output) in
        let words = arguments.words
        switch (words.first ?? "list", words.count) {
        case ("list", 0...1):
            for one in try await client.media.emoji() {
                output.object("emoji") { one.write(fields: &$0) }
                output.say(":\(one.name):  added \(one.createdAt.description.prefix(10)) by \(one.creator)")
            }
        case ("add", 3):
            let name = try emojiName(words[1])
            let added = try await client.media.addEmoji(name, words[2]) { output.progress("Uploaded", $0) }
            output.object("emoji") { added.write(fields: &$0) }
            output.say("Everybody on the server has :\(name): now.")
        case ("remove", 2):
            let name = try emojiName(words[1])
            try await client.media.removeEmoji(name)
            output.object("emojiRemoved") { $0.put("name", name) }
            output.say("There is no :\(name): any more.")
        case ("show", 2):
            let (name, form) = (try emojiName(words[1]), try form(arguments))
            let path = try outputPath(arguments)
            try save(try await client.media.picture(ofEmoji: name, form), to: path, output)
        default: throw arguments.misused
        }
    }

    private static func emojiName(_ text: String) throws(UsageError) -> EmojiName {
        guard let name = EmojiName(text: text) else {
            let rule = "2 to 32 of a-z, 0-9, '_', '+', '-'"
            throw UsageError(message: "“\(Output.harmless(text))” is no name of an emoji: \(rule).")
        }
        return name
    }

    private static func form(_ arguments: Arguments) throws(UsageError) -> PictureForm {
        let size = try arguments.number("--size") ?? 320
        guard (1...65_536).contains(size) else { throw UsageError(message: "--size takes 1 to 65536.") }
        let (isJPEG, isAnimated) = (
            arguments.switches.contains("--jpeg"), arguments.switches.contains("--animated")
        )
        guard !isJPEG || !isAnimated else { throw UsageError(message: "A moving picture is a WebP.") }
        return PictureForm(size: size, type: isJPEG ? .jpeg : .webp, isAnimated: isAnimated)
    }

    private static func outputPath(_ arguments: Arguments) throws(UsageError) -> String {
        guard let path = arguments.values["--output"] else { throw UsageError(message: "Where to? Say -o FILE.") }
        return path
    }

    /// A new file; one that is there already is left alone.
    private static func save(_ bytes: [UInt8], to path: String, _ output: Output) throws(SottoError) {
        do {
            let file = try NewFile(path)
            try file.append(bytes)
            try file.finish()
        } catch {
            throw .file(.unwritable)
        }
        output.object("picture") { (writer) in
            writer.put("path", text: path)
            writer.put("size", number: UInt64(bytes.count))
        }
        output.say("Saved \(bytes.count) bytes.")
    }
}
