import Chat
import Store
import Transport
import Wire

/// Complete media: downloads, what is known of them, how long they stay.
enum MediaRoutes {
    static let all: [Route] = [
        .exchange(Endpoints.media) { (call, exchange, media) throws(Problem) in
            let row = try await readable(media, call)
            let reader = try await call.services.media.files.reader(of: row.blob)
            return try await Download(reader: reader, mediaType: nil).answer(exchange, call)
        },
        .exchange(Endpoints.thumbnail) { (call, exchange, media) throws(Problem) in
            let account = call.account
            let wish = try PictureQuery.wish(of: call, exchange.head)
            let row = try await call.look { (look) throws(Problem) in try look.visibleMedia(media, by: account) }
            return try await PictureQuery.answer(wish, of: row, staysSame: true, call, exchange)
        },
        Route(Endpoints.mediaInfo) { (call, media) throws(Problem) in
            let account = call.account
            return try await call.look { (look) throws(Problem) in
                MediaInfo(try look.visibleMedia(media, by: account))
            }
        },
        Route(Endpoints.linkMedia) { (call, request, media) throws(Problem) in
            let maker = call.device
            let grant = try await call.look { (look) throws(Problem) in
                try look.grant(of: media, by: maker, seconds: request.seconds)
            }
            let ticket = call.services.mediaLinks.ticket(for: media, grant)
            return MediaLink(
                address: Endpoints.media.target(media, query: [Endpoints.ticket(ticket)]), expiresAt: grant.expiresAt)
        },
        Route(Endpoints.leaseMedia) { (call, request, media) throws(Problem) in
            let account = call.account
            return try await call.commit { (turn) throws(Problem) in try turn.lease(request, of: media, by: account) }
        },
        Route(Endpoints.releaseMedia) { (call, request, media) throws(Problem) in
            let account = call.account
            return try await call.commit { (turn) throws(Problem) in
                try turn.release(request.lease, of: media, by: account)
            }
        },
        Route(Endpoints.deleteMedia) { (call, media) throws(Problem) in
            let capability = call.header(Endpoints.deleteCapability).flatMap { PresentedToken(text: $0) }
            guard call.caller != nil || capability != nil else {
                throw Problem(.unauthenticated, "Log in, or bring the delete capability.")
            }
            let account = call.caller?.device.account
            return try await call.commitAndBury { (turn) throws(Problem) in
                try turn.deleteMedia(media, by: account, capability: capability)
            }
        },
        Route(Endpoints.mediaUsage) { (call) throws(Problem) in
            let (account, bounds) = (call.account, call.services.media.uploads.bounds)
            return try await call.look { (look) throws(Problem) in try look.mediaUsage(of: account, within: bounds) }
        },
    ]

    /// By a device, or by a shared address.
    private static func readable(_ media: MediaID, _ call: Call) async throws(Problem) -> MediaRow {
        if let caller = call.caller {
            return try await call.look { (look) throws(Problem) in
                try look.readableMedia(media, by: caller.device.account)
            }
        }
        guard let ticket = try call.asked(Endpoints.ticket) else {
            throw Problem(.unauthenticated, "Log in, or bring a shared address.")
        }
        let grant = call.services.mediaLinks.grant(ticket, for: media)
        return try await call.look { (look) throws(Problem) in try look.media(media, under: grant) }
    }
}
