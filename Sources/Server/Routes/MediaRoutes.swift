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
                .init(name: "expires", schema: .integer(0...UInt64(1) << 53), summary: "Of a signed address."),
                .init(name: "signature", schema: .text(length: 43...43), summary: "Of a signed address."),
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
            reads: MediaLinkRequest.schema, gives: MediaLink.schema
        ) { (call) throws(Problem) in
            let request = try call.read(MediaLinkRequest.self)
            let (media, account) = (try call.place("media", as: MediaID.self), call.device.account)
            _ = try await call.chat.look { (look) throws(Problem) in try look.readableMedia(media, by: account) }
            let expiresAt = call.chat.clock().adding(seconds: request.seconds)
            let signature = call.services.mediaLinks.signature(for: media, until: expiresAt)
            let address = "/v1/media/\(media)?expires=\(expiresAt.milliseconds)&signature=\(signature)"
            return Reply(MediaLink(address: address, expiresAt: expiresAt))
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

    /// By a device, or by a signed address.
    private static func readable(_ call: Call) async throws(Problem) -> MediaRow {
        if let caller = call.caller {
            let media: MediaID = try call.place("media")
            return try await call.chat.look { (look) throws(Problem) in
                try look.readableMedia(media, by: caller.device.account)
            }
        }
        guard let signature = call.query["signature"], let expires = call.query["expires"].flatMap({ UInt64($0) })
        else {
            throw Problem(.unauthenticated, "Log in, or bring a signed address.")
        }
        let media: MediaID = try call.place("media")
        let expiresAt = Timestamp(milliseconds: expires)
        guard call.services.mediaLinks.verifies(signature, for: media, until: expiresAt) else {
            throw Problem(.unauthenticated, "The address is not ours, or has expired.")
        }
        return try await call.chat.look { (look) throws(Problem) in try look.completeMedia(media) }
    }
}
