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
        Route(Endpoints.emoji, page),
        Route(Endpoints.addEmoji) { (call, choice, name) throws(Problem) in
            let account = call.account
            guard call.services.configuration.emoji == .members else {
                throw Problem(.forbidden, "Whoever runs this server lets nobody add emoji.")
            }
            return try await call.commit { (turn) throws(Problem) in
                try turn.addEmoji(name, media: choice.media, by: account)
            }
        },
        Route(Endpoints.removeEmoji) { (call, name) throws(Problem) in
            let account = call.account
            return try await call.commitAndBury { (turn) throws(Problem) in try turn.removeEmoji(name, by: account) }
        },
        .exchange(Endpoints.emojiImage) { (call, exchange, name) throws(Problem) in
            let wish = try PictureQuery.wish(of: call, exchange.head)
            let row = try await call.look { (look) throws(Problem) in try look.emojiMedia(name) }
            return try await PictureQuery.answer(wish, of: row, staysSame: false, call, exchange)
        },
    ]

    /// For whoever runs the server.
    static let admin: [Route] = [
        Route(Endpoints.allEmoji, page),
        Route(Endpoints.dropEmoji) { (call, name) throws(Problem) in
            try await call.commitAndBury { (turn) throws(Problem) in try turn.removeEmoji(name, by: nil) }
        },
    ]

    @Sendable private static func page(_ call: Call) async throws(Problem) -> Page<EmojiView> {
        let page = try call.page()
        return try await call.look { (look) throws(Problem) in try look.emoji(page) }
    }
}
