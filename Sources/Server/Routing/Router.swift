import Chat
import Crypto
import Wire

/// A request as the router takes it, from HTTP or from a socket.
struct Request: Sendable {
    enum Body: Sendable {
        case none
        case bytes([UInt8], WireForm)
        /// From a frame of so many bytes.
        case value(WireValue, WireForm, byteCount: Int)

        var byteCount: Int {
            switch self {
            case .none: 0
            case .bytes(let bytes, _): bytes.count
            case .value(_, _, let byteCount): byteCount
            }
        }
    }

    let id: String
    let method: String
    let target: String
    let body: Body
    let authorization: Authorization?
    /// Whoever the socket belongs to.
    let socketDevice: DeviceAddress?
    let idempotencyKey: String?
    /// Those that the route reads, by the name in its row. There are none inside a socket.
    var headers: [String: String] = [:]
    let remoteAddress: String
    /// Whether nobody waits for the answer any more. Asked on the loop.
    var hasHungUp: @Sendable () -> Bool = { false }
}

/// Finds the route of a request, checks what every route demands, and runs it.
struct Router: Sendable {
    /// Those with fewer places first, so that `/v1/messages/delivered` is not taken for an account.
    private let routes: [Route]
    private let services: Services

    init(routes: [Route], services: Services) {
        self.routes = routes.enumerated().sorted { (left, right) in
            (left.element.placeCount, left.offset) < (right.element.placeCount, right.offset)
        }.map(\.element)
        self.services = services
    }

    /// The route, and what stands in the places of its path, in their order.
    /// - Throws: `not-found`; `method-not-allowed`.
    func route(method: String, target: Target) throws(Problem) -> (Route, [String]) {
        var methods: [String] = []
        for route in routes {
            let endpoint = route.endpoint
            guard let places = endpoint.path.match(target.segments) else { continue }
            if !methods.contains(endpoint.method.rawValue) {
                methods += endpoint.method == .get ? ["GET", "HEAD"] : [endpoint.method.rawValue]
            }
            if endpoint.method.rawValue == method || (endpoint.method == .get && method == "HEAD") {
                return (route, places)
            }
        }
        if !methods.isEmpty {
            throw Problem(.methodNotAllowed, "It takes \(methods.joined(separator: ", ")).", allow: methods)
        }
        throw Problem(.notFound, "There is no such address; see /v1/openapi.json.")
    }

    /// Whether what a request would be answered with takes room of its own (``Services/answers``).
    func takesRoom(_ method: String, _ target: String) -> Bool {
        guard let target = try? Target(target), let (route, _) = try? route(method: method, target: target) else {
            return false
        }
        return route.answerByteCountMax > 0
    }

    /// Never throws: every refusal is a reply.
    func reply(to request: Request) async -> Reply {
        do {
            let target = try Target(request.target)
            let (route, places) = try route(method: request.method, target: target)
            return await reply(to: request, on: route, places: places, query: target.query)
        } catch {
            return services.counted(error, by: request.remoteAddress).reply(requestID: request.id)
        }
    }

    /// Never throws either; what the limits leave is told with refusals too.
    func reply(
        to request: Request, on route: Route, places: [String], query: [String: String]
    ) async -> Reply {
        let byteCount = route.endpoint.access == .theOperator ? 0 : request.body.byteCount
        do throws(Problem) { try services.bodies.enter(byteCount) } catch { return error.reply(requestID: request.id) }
        defer { services.bodies.leave(byteCount) }
        return await answer(request, on: route, places: places, query: query) { (call) throws(Problem) in
            guard case .reply(let handle) = route.handler else {
                throw Problem(.malformed, "This route carries bytes: use HTTP.")
            }
            guard route.answerByteCountMax > 0 else { return try await handle(call) }
            let asker = call.caller.map { AnswerRoom.Asker.account($0.device.account) } ?? .address(call.remoteAddress)
            let part = try await services.answers.part(route.answerByteCountMax, for: asker)
            // Who does not wait may have ended its side alone, and still want the answer.
            if part.hasWaited, request.hasHungUp() {
                throw Problem(.requestTimeout, "The client has hung up meanwhile.")
            }
            var reply = try await handle(call)
            reply.roomPart = part
            return reply
        } ?? Reply(status: 204, headers: [])
    }

    /// As ``reply(to:on:places:query:)``, by a handler that may answer by itself and then returns `nil`.
    func answer(
        _ request: Request, on route: Route, places: [String], query: [String: String],
        by handle: (Call) async throws(Problem) -> Reply?
    ) async -> Reply? {
        var headers = route.constantHeaders
        let isOperator = route.endpoint.access == .theOperator
        // The operator's listener is on this machine: what others ask from it takes nothing from the operator.
        var key = isOperator ? "operator" : request.remoteAddress
        do throws(Problem) {
            for name in query.keys where !route.endpoint.query.contains(where: { $0.name == name }) {
                throw Problem(.malformed, "This route takes no such query parameter.", field: "query")
            }
            let caller = try await caller(of: request, on: route.endpoint)
            key = caller.map { "\($0.device)" } ?? key
            if !isOperator {
                let remaining = try limit(request, route.endpoint, caller, key)
                headers += services.limiters.requests.headers(remaining: remaining)
            }
            var call = try call(request, on: route.endpoint, caller, places, query)
            call.commonHeaders = headers + [("X-Request-Id", request.id)]
            try call.takeFromBuckets()
            guard var reply = try await handle(call) else { return nil }
            reply.headers += headers
            if !isOperator { reply.limitKey = key }
            return reply
        } catch {
            var reply = services.counted(error, by: key).reply(requestID: request.id)
            reply.headers += headers
            return reply
        }
    }

    private func call(
        _ request: Request, on endpoint: EndpointFacts, _ caller: Call.Caller?, _ places: [String],
        _ query: [String: String]
    ) throws(Problem) -> Call {
        if let key = request.idempotencyKey, !(1...100).contains(key.utf8.count) {
            throw Problem(.malformed, "An idempotency key has 1 to 100 bytes.", field: "Idempotency-Key")
        }
        let (body, form) = try parsed(request.body, on: endpoint)
        return Call(
            services: services, endpoint: endpoint, caller: caller, places: places, query: query,
            headers: request.headers, body: body,
            context: WireContext(form: form, refusesUnknownFields: true), idempotencyKey: request.idempotencyKey,
            digest: request.idempotencyKey == nil ? [] : digest(of: request, body, form),
            bodyByteCount: request.body.byteCount, remoteAddress: request.remoteAddress)
    }

    private func caller(
        of request: Request, on endpoint: EndpointFacts
    ) async throws(Problem) -> Call.Caller? {
        switch endpoint.access {
        case .anybody, .theOperator, .capability: return nil
        case .sealed:
            guard request.socketDevice == nil, request.authorization == nil else {
                throw Problem(.unmaskedSender, "Send it without a login, on a connection of its own.")
            }
            return nil
        case .device, .deviceOrCapability: break
        }
        if let device = request.socketDevice { return Call.Caller(device: device, token: nil) }
        if endpoint.access == .deviceOrCapability, request.authorization == nil { return nil }
        guard let token = request.authorization?.token else {
            throw Problem(.unauthenticated, "Log in, and send the access token as Bearer.")
        }
        return Call.Caller(device: try await services.authenticate(token), token: token)
    }

    private func limit(
        _ request: Request, _ endpoint: EndpointFacts, _ caller: Call.Caller?, _ key: String
    ) throws(Problem) -> UInt64 {
        // An address may be that of many: what one of them is refused takes nothing from the others.
        if caller != nil { try services.limiters.refusals.require(key, now: services.chat.clock()) }
        if endpoint.access == .sealed {
            try services.limiters.sealedRequests.take(request.remoteAddress, now: services.chat.clock())
        }
        return try services.limiters.requests.take(key, now: services.chat.clock())
    }

    private func parsed(_ body: Request.Body, on endpoint: EndpointFacts) throws(Problem) -> (WireValue?, WireForm) {
        guard endpoint.reads != nil else {
            // A later client may mean something by it: nothing is half understood.
            if body.byteCount > 0 { throw Problem(.malformed, "This route takes no body.", field: "body") }
            return (nil, .json)
        }
        switch body {
        case .none: return (nil, .json)
        case .value(let value, let form, _): return (value, form)
        case .bytes(let bytes, let form):
            do { return (try WireValue.parse(bytes, as: form), form) } catch { throw Problem(error) }
        }
    }

    private func digest(of request: Request, _ body: WireValue?, _ form: WireForm) -> [UInt8] {
        var writer = WireWriter(form: .cbor)
        if let body { body.write(to: &writer) }
        return SHA256.hash(Array("\(request.method) \(request.target) \(form.mediaType)\n".utf8) + writer.bytes)
    }
}

extension Route {
    fileprivate var placeCount: Int { endpoint.placeSchemas.count }
}

extension RateLimiter {
    /// The `RateLimit` and `RateLimit-Policy` fields (draft-ietf-httpapi-ratelimit-headers).
    func headers(remaining: UInt64) -> [(String, String)] {
        let window = rate.perSecond > 0 ? UInt64(min(86_400, (rate.burst / rate.perSecond).rounded(.up))) : 86_400
        return [
            ("RateLimit-Policy", "\"\(name)\";q=\(UInt64(rate.burst));w=\(window)"),
            ("RateLimit", "\"\(name)\";r=\(remaining)"),
        ]
    }
}
