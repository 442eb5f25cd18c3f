import Chat
import Store
import Transport
import Wire

/// Whether members may add custom emoji.
public enum EmojiPolicy: String, Sendable {
    case members, off
}

/// The server's custom emoji. docs/protocol/images.md.
enum EmojiRoutes {
    static let all: [Route] = [
        Route(
            .get, "/v1/emoji", area: "images", "The server's custom emoji, in the order of their names",
            query: [Route.cursorParameter, Route.limitParameter], gives: Page<EmojiView>.schema, handle: page),
        Route(
            .put, "/v1/emoji/{emoji}", area: "images", "Add a custom emoji", reads: ImageChoice.schema,
            gives: EmojiView.schema, status: 201,
            problems: ImageRoutes.choiceProblems + [.emojiTaken, .quotaExceeded, .forbidden]
        ) { (call) throws(Problem) in
            let name = try name(call)
            let (choice, account) = (try call.read(ImageChoice.self), call.device.account)
            guard call.services.configuration.emoji == .members else {
                throw Problem(.forbidden, "Whoever runs this server lets nobody add emoji.")
            }
            return try await call.commit(status: 201) { (turn) throws(Problem) in
                try turn.addEmoji(name, media: choice.media, by: account)
            }
        },
        Route(
            .delete, "/v1/emoji/{emoji}", area: "images", "Delete an emoji that the account added, with its media",
            problems: [.forbidden]
        ) { (call) throws(Problem) in
            let (name, account) = (try name(call), call.device.account)
            return try await call.commitAndBury { (turn) throws(Problem) in try turn.removeEmoji(name, by: account) }
        },
        .bytes(
            .get, "/v1/emoji/{emoji}/image", area: "images", "The picture of an emoji", access: .device,
            query: PictureQuery.parameters, givesMediaType: "image/webp", problems: [.mediaNotReady, .mediaDamaged]
        ) { (call, exchange) throws(Problem) in
            let name = try name(call)
            let wish = try PictureQuery.wish(of: call, exchange.head)
            let row = try await call.chat.look { (look) throws(Problem) in try look.emojiMedia(name) }
            return try await PictureQuery.answer(wish, of: row, staysSame: false, call, exchange)
        },
    ]

    /// For whoever runs the server.
    static let admin: [Route] = [
        Route(
            .get, "/admin/v1/emoji", area: "admin", "The custom emoji, and who added them", access: .none,
            query: [Route.cursorParameter, Route.limitParameter], gives: Page<EmojiView>.schema, handle: page),
        Route(
            .delete, "/admin/v1/emoji/{emoji}", area: "admin", "Delete an emoji with its media", access: .none
        ) { (call) throws(Problem) in
            let name = try name(call)
            return try await call.commitAndBury { (turn) throws(Problem) in try turn.removeEmoji(name, by: nil) }
        },
    ]

    private static func page(_ call: Call) async throws(Problem) -> Reply {
        let (cursor, limit) = (call.query["cursor"], try call.limit())
        return Reply(
            try await call.chat.look { (look) throws(Problem) in try look.emoji(cursor: cursor, limit: limit) })
    }

    private static func name(_ call: Call) throws(Problem) -> EmojiName {
        guard let name = call.places["emoji"].flatMap({ EmojiName(text: $0) }) else {
            throw Problem(.notFound, "A name has 2 to 32 of a-z, 0-9, '_', '+', '-'.")
        }
        return name
    }
}
