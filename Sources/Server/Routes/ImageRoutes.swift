import Chat
import Store
import Transport
import Wire

/// Avatars and images of conversations. docs/protocol/images.md.
enum ImageRoutes {
    static let all: [Route] = avatars + conversations

    /// What choosing media may be refused with.
    static let choiceProblems: [ProblemCode] = [.notFound, .requiresOpenMode, .otherUse, .mediaNotReady]

    static let avatars: [Route] = [
        Route(
            .put, "/v1/accounts/me/avatar", area: "images", "Make uploaded media the own avatar",
            reads: ImageChoice.schema, problems: choiceProblems
        ) { (call) throws(Problem) in
            let (choice, account) = (try call.read(ImageChoice.self), call.device.account)
            return try await call.commitAndBury { (turn) throws(Problem) in
                try turn.setAvatar(choice.media, of: account)
            }
        },
        Route(
            .delete, "/v1/accounts/me/avatar", area: "images", "Have no avatar any more; its media are deleted"
        ) { (call) throws(Problem) in
            let account = call.device.account
            return try await call.commitAndBury { (turn) throws(Problem) in try turn.removeAvatar(of: account) }
        },
        .bytes(
            .get, "/v1/accounts/{account}/avatar", area: "images", "The picture of an account's avatar",
            access: .device, query: PictureQuery.parameters, givesMediaType: "image/webp",
            problems: [.mediaNotReady, .mediaDamaged]
        ) { (call, exchange) throws(Problem) in
            let account: AccountID = call.places["account"] == "me" ? call.device.account : try call.place("account")
            let wish = try PictureQuery.wish(of: call, exchange.head)
            let row = try await call.chat.look { (look) throws(Problem) in try look.avatar(of: account) }
            return try await PictureQuery.answer(wish, of: row, staysSame: false, call, exchange)
        },
    ]

    static let conversations: [Route] = [
        Route(
            .put, "/v1/conversations/{conversation}/image", area: "images",
            "Give a conversation an image: own media of it where it is open, a ciphertext where it is sealed",
            reads: ConversationImage.schema, problems: choiceProblems + [.forbidden, .sealedInOpen]
        ) { (call) throws(Problem) in
            let id: ConversationID = try call.place("conversation")
            let (image, caller) = (try call.read(ConversationImage.self), call.device)
            return try await call.commitAndBury { (turn) throws(Problem) in
                try turn.setImage(image, of: id, by: caller)
            }
        },
        Route(
            .delete, "/v1/conversations/{conversation}/image", area: "images",
            "Take a conversation's image away; media of an open one are deleted", problems: [.forbidden]
        ) { (call) throws(Problem) in
            let (id, caller) = (try call.place("conversation", as: ConversationID.self), call.device)
            return try await call.commitAndBury { (turn) throws(Problem) in try turn.removeImage(of: id, by: caller) }
        },
    ]
}

extension Call {
    /// Runs a verb that has nothing to say and may end media, whose files go at once.
    func commitAndBury(
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> Void
    ) async throws(Problem) -> Reply {
        let reply = try await commitNothing(verb)
        await services.media.bury()
        return reply
    }
}
