import Chat
import Transport
import Wire

/// An endpoint with the handler that answers it.
struct Route: Sendable {
    enum Handler: Sendable {
        case reply(@Sendable (Call) async throws(Problem) -> Reply)
        /// Reads its own body or writes its own answer, by HTTP only: answers by the exchange and returns `nil`, or
        /// returns the reply.
        case exchange(@Sendable (Call, HTTPExchange) async throws(Problem) -> Reply?)
    }

    let endpoint: EndpointFacts
    let handler: Handler
    /// Stand in every answer of the route, refusals included.
    let constantHeaders: [(String, String)]
    /// About what an answer takes in memory at most, where it is read from the store and may be large. Small ones wait
    /// in no line.
    private(set) var answerByteCountMax: Int

    private init(_ endpoint: EndpointFacts, _ handler: Handler, constantHeaders: [(String, String)] = []) {
        self.endpoint = endpoint
        self.handler = handler
        self.constantHeaders = constantHeaders + (endpoint.departure?.headers ?? [])
        let isRead = endpoint.method.isSafe && endpoint.gives?.mayBeLong == true
        let isPage = endpoint.query.contains { $0.name == Parameters.limit.facts.name }
        answerByteCountMax = !isRead ? 0 : isPage ? Limits.pageByteCountMax : Self.listByteCountMax
    }

    /// Of what comes whole: members, emoji, devices with their keys.
    private static let listByteCountMax = 128 << 10

    /// The same, with answers as large as that.
    func answering(byteCountMax: Int) -> Route {
        var route = self
        route.answerByteCountMax = byteCountMax
        return route
    }

    /// A record in, a record out.
    init<Reads, Gives, each Place>(
        _ endpoint: Endpoint<Reads, Gives, repeat each Place>,
        _ handle: @escaping @Sendable (Call, Reads, repeat each Place) async throws(Problem) -> Gives
    ) {
        self.init(
            endpoint.facts,
            .reply { (call) throws(Problem) in
                let places = try endpoint.places(call.places)
                let body = try call.read(Reads.self)
                return call.reply(try await handle(call, body, repeat each places))
            })
    }

    /// Nothing in, a record out.
    init<Gives, each Place>(
        _ endpoint: Endpoint<Nothing, Gives, repeat each Place>,
        _ handle: @escaping @Sendable (Call, repeat each Place) async throws(Problem) -> Gives
    ) {
        self.init(
            endpoint.facts,
            .reply { (call) throws(Problem) in
                let places = try endpoint.places(call.places)
                return call.reply(try await handle(call, repeat each places))
            })
    }

    /// Bytes out, of the endpoint's media type.
    static func bytes(
        _ endpoint: Endpoint<Nothing, Nothing>, _ handle: @escaping @Sendable (Call) async throws(Problem) -> [UInt8]
    ) -> Route {
        guard let mediaType = endpoint.facts.givesMediaType else {
            preconditionFailure("\(endpoint.facts.path.text) gives no bytes")
        }
        return Route(
            endpoint.facts,
            .reply { (call) throws(Problem) in Reply(bytes: try await handle(call), mediaType: mediaType) })
    }

    /// A route that carries bytes of its own.
    static func exchange<Gives, each Place>(
        _ endpoint: Endpoint<Nothing, Gives, repeat each Place>, constantHeaders: [(String, String)] = [],
        _ handle: @escaping @Sendable (Call, HTTPExchange, repeat each Place) async throws(Problem) -> Reply?
    ) -> Route {
        Route(
            endpoint.facts,
            .exchange { (call, exchange) throws(Problem) in
                let places = try endpoint.places(call.places)
                return try await handle(call, exchange, repeat each places)
            }, constantHeaders: constantHeaders)
    }
}

extension Departure {
    /// `Deprecation` (RFC 9745) and `Sunset` (RFC 8594).
    fileprivate var headers: [(String, String)] {
        [("Deprecation", "@\(deprecatedAt.milliseconds / 1000)"), ("Sunset", HTTPDate.text(sunsetAt))]
    }
}
