import Chat
import Store
import Transport
import Wire

/// Avatars and images of conversations. docs/protocol/images.md.
enum ImageRoutes {
    static let all: [Route] = [
        Route(Endpoints.setAvatar) { (call, choice) throws(Problem) in
            let account = call.account
            return try await call.commitAndBury { (turn) throws(Problem) in
                try turn.setAvatar(choice.media, of: account)
            }
        },
        Route(Endpoints.removeAvatar) { (call) throws(Problem) in
            let account = call.account
            return try await call.commitAndBury { (turn) throws(Problem) in try turn.removeAvatar(of: account) }
        },
        .exchange(Endpoints.avatar) { (call, exchange, whom) throws(Problem) in
            let account = whom.account(askedBy: call.account)
            let wish = try PictureQuery.wish(of: call, exchange.head)
            let row = try await call.look { (look) throws(Problem) in try look.avatar(of: account) }
            return try await PictureQuery.answer(wish, of: row, staysSame: false, call, exchange)
        },
        Route(Endpoints.setConversationImage) { (call, image, id) throws(Problem) in
            let caller = call.device
            return try await call.commitAndBury { (turn) throws(Problem) in
                try turn.setImage(image, of: id, by: caller)
            }
        },
        Route(Endpoints.removeConversationImage) { (call, id) throws(Problem) in
            let caller = call.device
            return try await call.commitAndBury { (turn) throws(Problem) in try turn.removeImage(of: id, by: caller) }
        },
    ]
}
