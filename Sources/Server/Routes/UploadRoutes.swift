import Chat
import Store
import Transport
import Wire

/// Uploads by tus 1.0. docs/protocol/media.md says what each answers.
enum UploadRoutes {
    /// What their addresses begin with.
    static let path = ["v1", "media", "uploads"]

    static let all: [Route] = [
        tus(
            .options, "/v1/media/uploads", "What the server speaks of tus, in fields", access: .none
        ) { (call, _) throws(Problem) in
            Reply(status: 204, headers: TusFields.discovery(call.services.media.bounds))
        },
        tus(
            .post, "/v1/media/uploads", "Create an upload, with or without its first bytes", access: .device,
            headers: [
                .init(name: "Upload-Length", schema: .integer(1...Limits.mediaByteCountMax), summary: "Bytes in all."),
                .init(
                    name: "Upload-Metadata", schema: .text(length: 0...4096),
                    summary: "`class`, `sha256`, `conversation`, `use`, `lifetime`, `expires`; base64 values."),
            ],
            gives: UploadCreated.schema, status: 201,
            problems: [
                .bodyTooLarge, .quotaExceeded, .plaintextInSealed, .requiresOpenMode, .notFound, .checksumMismatch,
                .mediaHashMismatch, .unsupportedMediaType,
            ]
        ) { (call, exchange) throws(Problem) in
            try await create(call, exchange)
        },
        tus(
            .head, "/v1/media/uploads/{upload}", "How many bytes are durable, in Upload-Offset", access: .none,
            status: 200, problems: [.mediaHashMismatch, .uploadLocked]
        ) { (call, _) throws(Problem) in
            let row = try await upload(call)
            let offset = try await call.services.media.offset(of: row)
            return Reply(
                status: 200,
                headers: [
                    ("Upload-Offset", String(offset)), ("Upload-Length", String(row.byteCount)),
                    ("Upload-Expires", HTTPDate.text(row.uploadEndsAt)), ("Cache-Control", "no-store"),
                ])
        },
        tus(
            .patch, "/v1/media/uploads/{upload}", "Append at Upload-Offset; durable when answered", access: .none,
            headers: [
                .init(
                    name: "Upload-Offset", schema: .integer(0...Limits.mediaByteCountMax),
                    summary: "Where the bytes begin."),
                .init(
                    name: "Upload-Checksum", schema: .text(length: 1...100),
                    summary: "`sha256` or `sha1`, a space, and the digest of this body in base64."),
            ],
            problems: [
                .unsupportedMediaType, .uploadOffsetMismatch, .uploadLocked, .bodyTooLarge, .checksumMismatch,
                .mediaHashMismatch, .requestTimeout,
            ]
        ) { (call, exchange) throws(Problem) in
            try TusFields.checkContentType(exchange.head)
            let offset = try TusFields.number("Upload-Offset", exchange.head)
            let checksum = try TusFields.checksum(exchange.head)
            let row = try await upload(call)
            let writer = try await call.services.media.append(to: row, at: offset, checksum: checksum)
            let reached = try await receive(exchange, into: writer)
            return Reply(
                status: 204,
                headers: [
                    ("Upload-Offset", String(reached)), ("Upload-Expires", HTTPDate.text(row.uploadExpiresAt)),
                ])
        },
        tus(
            .delete, "/v1/media/uploads/{upload}", "Give an upload up, with its bytes", access: .none
        ) { (call, _) throws(Problem) in
            let row = try await upload(call)
            guard try await call.services.media.abandon(row) else {
                throw Problem(.notFound, "It is complete: delete the media by their own capability.")
            }
            return .nothing()
        },
        Route(
            .post, "/v1/media/uploads/{upload}/complete", area: "media",
            "Finish an upload whose bytes are all there; may be repeated", access: .none, gives: MediaInfo.schema,
            problems: [.uploadIncomplete, .mediaHashMismatch, .uploadLocked]
        ) { (call) throws(Problem) in
            Reply(MediaInfo(try await call.services.media.complete(try await upload(call))))
        },
    ]

    private static func tus(
        _ method: Method, _ path: String, _ summary: String, access: Route.Access, headers: [Route.Parameter] = [],
        gives: Schema? = nil, status: Int? = nil, problems: [ProblemCode] = [],
        exchange: @escaping @Sendable (Call, HTTPExchange) async throws(Problem) -> Reply?
    ) -> Route {
        let version = Route.Parameter(
            name: "Tus-Resumable", schema: .text(length: 5...5), summary: "`\(TusFields.version)`.")
        var route = Route.bytes(
            method, path, area: "media", summary, access: access, headers: [version] + headers, gives: gives,
            status: status, problems: problems + [.uploadVersion]
        ) { (call, http) throws(Problem) in
            if method != .options { try TusFields.checkVersion(http.head) }
            return try await exchange(call, http)
        }
        route.constantHeaders = TusFields.always
        return route
    }

    private static func upload(_ call: Call) async throws(Problem) -> MediaRow {
        guard let capability = call.places["upload"].flatMap({ PresentedToken(text: $0) }) else {
            throw Problem(.notFound, "There is no such upload.")
        }
        return try await call.services.media.upload(capability)
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
        try media.checkRoom()
        try await call.chat.commit { (turn) throws(Problem) in
            try turn.createUpload(draft, within: media.bounds)
        }
        var offset: UInt64 = 0
        if hasBody {
            do throws(Problem) {
                let writer = try await media.append(to: draft.row, at: 0, checksum: checksum)
                offset = try await receive(exchange, into: writer)
            } catch {
                // Nobody knows the address yet: nobody could go on.
                _ = try? await media.abandon(draft.row)
                throw error
            }
        }
        let created = UploadCreated(
            media: draft.row.media, upload: "/v1/media/uploads/\(draft.uploadCapability)",
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
