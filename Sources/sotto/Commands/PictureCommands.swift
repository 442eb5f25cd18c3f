import Client
import Wire

/// Pictures that everybody on the server can see: who somebody is, and custom emoji.
extension SottoCommand {
    private static let size = Option(name: "--size", value: "N", help: "Its longer side, at least; 320.")
    private static let jpeg = Option(name: "--jpeg", help: "JPEG instead of WebP.")
    private static let animated = Option(
        name: "--animated", help: "The moving picture, where there is one.", excludes: ["--jpeg"])

    static let avatarSet = SottoCommand(
        "avatar set", words: [.file],
        "Show everybody on the server an image of you, in pictures that the server makes.",
        examples: ["sotto avatar set lake.jpg"]
    ) { (session) in
        let output = session.output
        let media = try await session.account.media.setAvatar(try session.typed.word(0)) {
            output.progress("Uploaded", $0)
        }
        output.print(.avatar, AvatarRecord(media))
        output.say("This is your avatar now. Everybody on the server can see it.")
    }

    static let avatarRemove = SottoCommand(
        "avatar remove", "Show none any more.", examples: ["sotto avatar remove"]
    ) { (session) in
        try await session.account.media.removeAvatar()
        session.output.print(.avatarRemoved)
        session.output.say("You have no avatar any more.")
    }

    static let avatarShow = SottoCommand(
        "avatar show", words: [.person], options: [output, size, jpeg],
        "Save what somebody shows.", examples: ["sotto avatar show @alice -o alice.webp --size 96 --data ./bob"]
    ) { (session) in
        let form = try form(session.typed)
        let path = try outputPath(session.typed)
        let person = try await ChatTarget.find(
            try session.typed.word(0), in: session.account, telling: session.output).person()
        try save(try await session.account.people.avatar(of: person, form), form, to: path, session.output)
    }

    static let emojiList = SottoCommand(
        "emoji list", "List the server's custom emoji.", examples: ["sotto emoji"]
    ) { (session) in
        let all = try await session.account.media.emoji()
        for one in all {
            session.output.print(.emoji, one)
            let creator = try? await session.account.people.knownHandle(of: one.creator)
            let name = Output.name(of: one.creator, creator)
            session.output.say(":\(one.name):  added \(one.createdAt.description.prefix(10)) by \(name)")
        }
        if all.isEmpty { session.output.progress("There are none yet: sotto emoji add NAME FILE.") }
    }

    static let emojiAdd = SottoCommand(
        "emoji add", words: [Word("NAME"), .file], "Add one, for everybody on the server.",
        examples: ["sotto emoji add lake small.webp"]
    ) { (session) in
        let output = session.output
        let name = try emojiName(try session.typed.word(0))
        let added = try await session.account.media.addEmoji(name, try session.typed.word(1)) {
            output.progress("Uploaded", $0)
        }
        output.print(.emoji, added)
        output.say("Everybody on the server has :\(name): now.")
    }

    static let emojiRemove = SottoCommand(
        "emoji remove", words: [Word("NAME")], "Take one away that you have added.",
        examples: ["sotto emoji remove lake"]
    ) { (session) in
        let name = try emojiName(try session.typed.word(0))
        try await session.account.media.removeEmoji(name)
        session.output.print(.emojiRemoved, EmojiRemovedRecord(name))
        session.output.say("There is no :\(name): any more.")
    }

    static let emojiShow = SottoCommand(
        "emoji show", words: [Word("NAME")], options: [output, size, jpeg, animated], "Save its picture.",
        examples: ["sotto emoji show lake -o lake.webp"]
    ) { (session) in
        let name = try emojiName(try session.typed.word(0))
        let form = try form(session.typed)
        let path = try outputPath(session.typed)
        try save(try await session.account.media.picture(ofEmoji: name, form), form, to: path, session.output)
    }

    private static func emojiName(_ text: String) throws(UsageError) -> EmojiName {
        guard let name = EmojiName(text: text) else {
            let rule = "2 to 32 of a-z, 0-9, '_', '+', '-'"
            throw UsageError(message: "“\(Output.harmless(text))” is no name of an emoji: \(rule).")
        }
        return name
    }

    private static func form(_ typed: Invocation) throws(UsageError) -> PictureForm {
        let size = try typed.number("--size") ?? 320
        guard (1...65_536).contains(size) else { throw UsageError(message: "--size takes 1 to 65536.") }
        return PictureForm(
            size: size, type: typed.has("--jpeg") ? .jpeg : .webp, isAnimated: typed.has("--animated"))
    }

    /// A new file; one that is there already is left alone.
    private static func save(
        _ bytes: [UInt8], _ form: PictureForm, to path: String, _ output: Output
    ) throws(SottoError) {
        do {
            let file = try NewFile(path)
            try file.append(bytes)
            try file.finish()
        } catch {
            throw .file(FileFailure(writing: error))
        }
        output.print(.picture, PictureRecord(bytes, type: form.type == .jpeg ? "image/jpeg" : "image/webp", path: path))
        output.say("Saved \(bytes.count) bytes.")
    }
}
