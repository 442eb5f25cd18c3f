import Chat
import Store
import Transport
import Wire

/// Complete media: downloads, what is known of them, how long they stay.
enum MediaRoutes {
    static let all: [Route] = [
        .bytes(
            .get, "/v1/media/{media}", area: "media", "Download, whole or one Range", access: .deviceOrCapability,
            query: [
                .init(
                    name: "ticket", schema: .text(length: MediaLinks.ticketLength...MediaLinks.ticketLength),
                    summary: "Of a shared address, in place of an access token.")
            ],
            givesMediaType: "application/octet-stream", problems: [.mediaDamaged]
        ) { (call, exchange) throws(Problem) in
            let row = try await readable(call)
            let reader = try await call.services.media.reader(of: row.blob)
            return try await Download(reader: reader, mediaType: nil).answer(exchange, call.services)
        },
        .bytes(
            .get, "/v1/media/{media}/thumbnail", area: "media", "A picture made of open media", access: .device,
            query: PictureQuery.parameters,
            givesMediaType: "image/webp", problems: [.requiresOpenMode, .mediaNotReady, .mediaDamaged]
        ) { (call, exchange) throws(Problem) in
            let (media, account) = (try call.place("media", as: MediaID.self), call.device.account)
            let wish = try PictureQuery.wish(of: call, exchange.head)
            let row = try await call.chat.look { (look) throws(Problem) in try look.visibleMedia(media, by: account) }
            return try await PictureQuery.answer(wish, of: row, staysSame: true, call, exchange)
        },
        Route(
            .get, "/v1/media/{media}/info", area: "media", "Size and state; what open media are",
            gives: MediaInfo.schema
        ) { (call) throws(Problem) in
            let (media, account) = (try call.place("media", as: MediaID.self), call.device.account)
            return Reply(
                try await call.chat.look { (look) throws(Problem) in
                    MediaInfo(try look.visibleMedia(media, by: account))
                })
        },
        Route(
            .post, "/v1/media/{media}/link", area: "media", "Make an address that needs no account",
            reads: MediaLinkRequest.schema, gives: MediaLink.schema, problems: [.forbidden]
        ) { (call) throws(Problem) in
            let request = try call.read(MediaLinkRequest.self)
            let (media, maker) = (try call.place("media", as: MediaID.self), call.device)
            let grant = try await call.chat.look { (look) throws(Problem) in
                try look.grant(of: media, by: maker, seconds: request.seconds)
            }
            let ticket = call.services.mediaLinks.ticket(for: media, grant)
            return Reply(MediaLink(address: "/v1/media/\(media)?ticket=\(ticket)", expiresAt: grant.expiresAt))
        },
        Route(
            .put, "/v1/media/{media}/lease", area: "media", "Keep media for longer; whose the lease is is not stored",
            reads: LeaseRequest.schema, gives: MediaInfo.schema, problems: [.forbidden, .quotaExceeded]
        ) { (call) throws(Problem) in
            let request = try call.read(LeaseRequest.self)
            try call.services.limiters.leases.take(call.device, now: call.chat.clock())
            let (media, account) = (try call.place("media", as: MediaID.self), call.device.account)
            return try await call.commit { (turn) throws(Problem) in try turn.lease(request, of: media, by: account) }
        },
        Route(
            .delete, "/v1/media/{media}/lease", area: "media", "Let go of media", reads: LeaseRelease.schema
        ) { (call) throws(Problem) in
            let request = try call.read(LeaseRelease.self)
            try call.services.limiters.leases.take(call.device, now: call.chat.clock())
            let (media, account) = (try call.place("media", as: MediaID.self), call.device.account)
            return try await call.commitNothing { (turn) throws(Problem) in
                try turn.release(request.lease, of: media, by: account)
            }
        },
        Route(
            .delete, "/v1/media/{media}", area: "media", "Delete media now, with all that hangs on them",
            access: .deviceOrCapability,
            headers: [
                .init(
                    name: "Sotto-Delete-Capability", schema: .text(length: 43...43),
                    summary: "What the upload was given; a device of the same account needs none.")
            ]
        ) { (call) throws(Problem) in
            let capability = call.headers["Sotto-Delete-Capability"].flatMap { PresentedToken(text: $0) }
            guard call.caller != nil || capability != nil else {
                throw Problem(.unauthenticated, "Log in, or bring the delete capability.")
            }
            let (media, account) = (try call.place("media", as: MediaID.self), call.caller?.device.account)
            let reply = try await call.commitNothing { (turn) throws(Problem) in
                try turn.deleteMedia(media, by: account, capability: capability)
            }
            await call.services.media.bury()
            return reply
        },
        Route(
            .get, "/v1/media/usage", area: "media", "How much of the account's room is used", gives: MediaUsage.schema
        ) { (call) throws(Problem) in
            let (account, bounds) = (call.device.account, call.services.media.bounds)
            return Reply(
                try await call.chat.look { (look) throws(Problem) in try look.mediaUsage(of: account, within: bounds) })
        },
    ]

    /// By a device, or by a shared address.
    private static func readable(_ call: Call) async throws(Problem) -> MediaRow {
        if let caller = call.caller {
            let media: MediaID = try call.place("media")
            return try await call.chat.look { (look) throws(Problem) in
                try look.readableMedia(media, by: caller.device.account)
            }
        }
        guard let ticket = call.query["ticket"] else {
            throw Problem(.unauthenticated, "Log in, or bring a shared address.")
        }
        let media: MediaID = try call.place("media")
        let grant = call.services.mediaLinks.grant(ticket, for: media)
        return try await call.chat.look { (look) throws(Problem) in try look.media(media, under: grant) }
    }
}
