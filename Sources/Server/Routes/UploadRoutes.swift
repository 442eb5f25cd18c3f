import Chat
import Store
import Transport
import Wire

/// Uploads by tus 1.0. docs/protocol/media.md says what each answers.
enum UploadRoutes {
    /// What their addresses begin with.
    static let path = ["v1", "media", "uploads"]

    static let all: [Route] = [
        tus(Endpoints.uploadOptions) { (call, _) throws(Problem) in
            Reply(status: 204, headers: TusFields.discovery(call.services.media.uploads.bounds))
        },
        tus(Endpoints.createUpload) { (call, exchange) throws(Problem) in
            try await create(call, exchange)
        },
        tus(Endpoints.uploadState) { (call, _, capability) throws(Problem) in
            let row = try await upload(capability, call)
            let offset = try await call.services.media.uploads.offset(of: row)
            return Reply(
                status: 200,
                headers: [
                    ("Upload-Offset", String(offset)), ("Upload-Length", String(row.byteCount)),
                    ("Upload-Expires", HTTPDate.text(row.uploadEndsAt)), ("Cache-Control", "no-store"),
                ])
        },
        tus(Endpoints.appendUpload) { (call, exchange, capability) throws(Problem) in
            try TusFields.checkContentType(exchange.head)
            let offset = try TusFields.number("Upload-Offset", exchange.head)
            let checksum = try TusFields.checksum(exchange.head)
            let row = try await upload(capability, call)
            let writer = try await call.services.media.uploads.append(to: row, at: offset, checksum: checksum)
            let reached = try await receive(exchange, into: writer)
            return Reply(
                status: 204,
                headers: [
                    ("Upload-Offset", String(reached)), ("Upload-Expires", HTTPDate.text(row.uploadExpiresAt)),
                ])
        },
        tus(Endpoints.abandonUpload) { (call, _, capability) throws(Problem) in
            let row = try await upload(capability, call)
            guard try await call.services.media.uploads.abandon(row) else {
                throw Problem(.notFound, "It is complete: delete the media by their own capability.")
            }
            return Reply(status: 204, headers: [])
        },
        Route(Endpoints.completeUpload) { (call, capability) throws(Problem) in
            MediaInfo(try await call.services.media.uploads.complete(try await upload(capability, call)))
        },
    ]

    private static func tus<Gives, each Place>(
        _ endpoint: Endpoint<Nothing, Gives, repeat each Place>,
        _ handle: @escaping @Sendable (Call, HTTPExchange, repeat each Place) async throws(Problem) -> Reply?
    ) -> Route {
        .exchange(endpoint, constantHeaders: TusFields.always) {
            (call, http, places: repeat each Place) throws(Problem) in
            if call.endpoint.method != .options { try TusFields.checkVersion(http.head) }
            return try await handle(call, http, repeat each places)
        }
    }

    private static func upload(_ capability: UploadCapability, _ call: Call) async throws(Problem) -> MediaRow {
        guard let token = PresentedToken(text: capability.place) else {
            throw Problem(.notFound, "There is no such upload.")
        }
        return try await call.services.media.uploads.upload(token)
    }

    private static func create(_ call: Call, _ exchange: HTTPExchange) async throws(Problem) -> Reply {
        guard call.idempotencyKey == nil else {
            throw Problem(.malformed, "Create another upload; the lost one ends by itself.", field: "Idempotency-Key")
        }
        let media = call.services.media
        let byteCount = try TusFields.number("Upload-Length", exchange.head)
        let draft = try UploadDraft(
            try TusFields.metadata(exchange.head), byteCount: byteCount, in: call.chat.shard, by: call.device,
            now: call.chat.clock())
        let hasBody = exchange.head.hasBody && exchange.head.contentLength != 0
        if hasBody { try TusFields.checkContentType(exchange.head) }
        let checksum = try TusFields.checksum(exchange.head)
        try media.files.checkRoom()
        _ = try await call.commit { (turn) throws(Problem) in
            try turn.createUpload(draft, within: media.uploads.bounds)
        }
        var offset: UInt64 = 0
        if hasBody {
            do throws(Problem) {
                let writer = try await media.uploads.append(to: draft.row, at: 0, checksum: checksum)
                offset = try await receive(exchange, into: writer)
            } catch {
                // Nobody knows the address yet: nobody could go on.
                _ = try? await media.uploads.abandon(draft.row)
                throw error
            }
        }
        let created = UploadCreated(
            media: draft.row.media, capability: draft.uploadCapability,
            deleteCapability: draft.deleteCapability, offset: offset,
            expiresAt: hasBody ? draft.row.uploadExpiresAt : draft.row.uploadEndsAt)
        var reply = Reply(status: 201, created)
        reply.headers = [
            ("Location", created.upload), ("Upload-Expires", HTTPDate.text(created.expiresAt)),
            ("Sotto-Media", "\(created.media)"), ("Sotto-Delete-Capability", created.deleteCapability),
        ]
        if hasBody { reply.headers.append(("Upload-Offset", String(offset))) }
        return reply
    }

    /// Moves the body into the upload, piece by piece: while too many wait to be written, none is read.
    private static func receive(_ exchange: HTTPExchange, into writer: UploadWriter) async throws(Problem) -> UInt64 {
        var pieces = exchange.bodyChunks(limit: Int(clamping: writer.remainingByteCount)).makeAsyncIterator()
        do throws(Problem) {
            while let piece = try await next(&pieces) { try await writer.append(piece) }
        } catch {
            await writer.stop()
            throw error
        }
        return try await writer.finish()
    }

    private static func next(_ pieces: inout RequestBody.Iterator) async throws(Problem) -> [UInt8]? {
        do throws(TransportError) {
            return try await pieces.next()
        } catch .bodyTooLarge {
            throw Problem(.bodyTooLarge, "More bytes than were declared.")
        } catch {
            throw Problem(.requestTimeout, "The body was cut; ask with HEAD how much is here.")
        }
    }
}
