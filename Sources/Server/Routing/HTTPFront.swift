import Crypto
import Glibc
import Transport
import Wire

/// Where HTTP meets the router: reads what a route may be sent, and writes what it answers.
struct HTTPFront: Sendable {
    let router: Router
    let services: Services
    /// Takes upgrades; `nil` where there are none.
    let sockets: SocketFront?

    func handle(_ exchange: HTTPExchange) {
        Task.immediate(executorPreference: exchange.loop) { await answer(exchange) }
    }

    private func answer(_ exchange: HTTPExchange) async {
        let id = ClientID.random().description
        var pattern = "(none)"
        if let headers = services.origins.preflight(exchange.head) {
            return exchange.respond(status: 204, headers: headers)
        }
        do {
            let target = try Target(exchange.head.target)
            if let sockets, target.segments == SocketFront.path {
                guard target.query.isEmpty else {
                    throw Problem(.malformed, "This route takes no such query parameter.", field: "query")
                }
                try await sockets.open(exchange)
                return
            }
            let (route, places) = try router.route(method: Self.method(of: exchange.head, target), target: target)
            pattern = route.endpoint.path.text
            if route.endpoint.access == .theOperator { try Self.requireNoName(exchange.head.host ?? "") }
            if case .exchange(let handle) = route.handler {
                if exchange.head.hasBody, route.endpoint.method.isSafe {
                    throw Problem(.malformed, "This route takes no body.", field: "body")
                }
                let request = request(exchange, on: route, id: id, body: .none)
                let reply = await router.answer(request, on: route, places: places, query: target.query) {
                    (call) throws(Problem) in try await handle(call, exchange)
                }
                if let reply { respond(reply, to: exchange, id: id, pattern: pattern) }
                return
            }
            let request = try await request(exchange, on: route, id: id)
            let reply = await router.reply(to: request, on: route, places: places, query: target.query)
            respond(reply, to: exchange, id: id, pattern: pattern)
        } catch let problem as Problem {
            let problem = services.counted(problem, by: services.limitKey(of: exchange))
            respond(problem.reply(requestID: id), to: exchange, id: id, pattern: pattern)
        } catch {
            // The transport has answered already, or the peer is gone.
            services.log.debug("request.lost", [("route", .text(pattern))])
        }
    }

    /// The operator's listener has no login, and a web page may let its own name point at this machine: to the
    /// operator's browser it would then be one with what it asks here. No page can do that with a number.
    private static func requireNoName(_ host: String) throws(Problem) {
        guard InternetAddress(withPort: host) == nil, host.prefix(while: { $0 != ":" }).lowercased() != "localhost"
        else { return }
        throw Problem(.forbidden, "Ask this address by its number, or as localhost.", field: "Host")
    }

    // MARK: Reading

    /// The method meant. Tus lets a client that cannot send `PATCH` or `DELETE` say so in a field of a `POST`.
    private static func method(of head: RequestHead, _ target: Target) -> String {
        guard head.method == "POST", target.segments.starts(with: UploadRoutes.path) else { return head.method }
        return head.headers["x-http-method-override"] ?? head.method
    }

    private func request(_ exchange: HTTPExchange, on route: Route, id: String) async throws -> Request {
        let (head, endpoint) = (exchange.head, route.endpoint)
        var body = Request.Body.none
        if head.hasBody {
            if let encoding = head.headers["content-encoding"], encoding.lowercased() != "identity" {
                throw Problem(.unsupportedMediaType, "Send the body as it is.", field: "Content-Encoding")
            }
            let form = try Self.form(ofBody: head.headers["content-type"], on: endpoint)
            do {
                let bytes = try await exchange.body(limit: endpoint.bodyByteCountMax)
                if !bytes.isEmpty { body = .bytes(bytes, form) }
            } catch TransportError.bodyTooLarge {
                throw Problem(.bodyTooLarge, "This route takes at most \(endpoint.bodyByteCountMax) bytes.")
            }
        }
        return request(exchange, on: route, id: id, body: body)
    }

    private func request(_ exchange: HTTPExchange, on route: Route, id: String, body: Request.Body) -> Request {
        let head = exchange.head
        var headers: [String: String] = [:]
        for header in route.endpoint.headers { headers[header.name] = head.headers[header.name.lowercased()] }
        return Request(
            id: id, method: head.method, target: head.target, body: body, authorization: Authorization(head.headers),
            socketDevice: nil, idempotencyKey: head.headers["idempotency-key"], headers: headers,
            remoteAddress: services.limitKey(of: exchange), hasHungUp: { [exchange] in exchange.hasHungUp })
    }

    private static func form(ofBody contentType: String?, on endpoint: EndpointFacts) throws(Problem) -> WireForm {
        guard endpoint.reads != nil, let contentType else { return .json }
        let mediaType = contentType.prefix { $0 != ";" }.lowercased().split(separator: " ").joined()
        guard let form = WireForm.allCases.first(where: { $0.mediaType == mediaType }) else {
            throw Problem(.unsupportedMediaType, "Send application/json or application/cbor.", field: "Content-Type")
        }
        return form
    }

    // MARK: Answering

    private func respond(_ reply: Reply, to exchange: HTTPExchange, id: String, pattern: String) {
        let form = AcceptField(exchange.head.headers.all("accept")).form
        var headers = reply.headers + services.origins.headers(for: exchange.head)
        headers += [("X-Request-Id", id), ("X-Content-Type-Options", "nosniff")]
        var status = reply.status
        var body: [UInt8] = []
        var isSecret = false
        switch reply.body {
        case .none:
            break
        case .record(let record):
            body = Self.encoded(record, form)
            isSecret = true
            let isProblem = record is Problem && form == .json
            headers.append(("Content-Type", isProblem ? "application/problem+json" : form.mediaType))
            headers.append(("Vary", "Accept"))
        case .bytes(let bytes, let mediaType):
            body = bytes
            headers.append(("Content-Type", mediaType))
        }
        if reply.headers.contains(where: { $0.0 == "Cache-Control" }) {
            // The route knows better.
        } else if status == 200, exchange.head.method == "GET" || exchange.head.method == "HEAD" {
            let own = reply.headers.first { $0.0 == "ETag" }?.1
            let tag = own ?? "\"\(Base64URL.encode(SHA256.hash(body).prefix(16)))\""
            if own == nil { headers.append(("ETag", tag)) }
            headers.append(("Cache-Control", "private, no-cache"))
            if Self.matches(exchange.head.headers["if-none-match"], tag) {
                status = 304
                body = []
            }
        } else {
            headers.append(("Cache-Control", "no-store"))
        }
        services.weigh(reply, byteCount: body.count)
        services.metrics.countRequest(status: status, isRefusal: reply.isRefusal)
        let level: Log.Level = status >= 500 && !reply.isRefusal ? .error : .debug
        services.log.write(
            level, "request",
            [
                ("method", .text(exchange.head.method)), ("route", .text(pattern)), ("status", .number(UInt64(status))),
                ("id", .text(id)),
            ])
        exchange.respond(status: status, headers: headers, body: body)
        reply.roomPart?.keep(untilSentOn: exchange.loop)
        if isSecret { body.zero() }
    }

    /// Grows no buffer on the way: what is left of one that was too small is not zeroed.
    private static func encoded(_ record: any WireRecord, _ form: WireForm) -> [UInt8] {
        var writer = WireWriter(form: form, byteCountHint: 512)
        record.write(to: &writer)
        return writer.bytes
    }

    /// RFC 9110, section 13.1.2: any of a list of tags, weakly compared, or `*`. A longer list than
    /// ``AcceptField/byteCountMax`` matches nothing.
    static func matches(_ condition: String?, _ tag: String) -> Bool {
        guard let condition, condition.utf8.count <= AcceptField.byteCountMax else { return false }
        return condition.split(separator: ",").contains { (candidate) in
            let trimmed = candidate.split(separator: " ").joined()
            return trimmed == "*" || trimmed == tag || trimmed == "W/\(tag)"
        }
    }
}

extension [UInt8] {
    /// For what has been sent and may hold a login's tokens.
    fileprivate mutating func zero() {
        withUnsafeMutableBytes { (bytes) in
            if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        }
    }
}
