import Chat
import Transport
import Wire

enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case head = "HEAD"
    case options = "OPTIONS"
}

/// One row of the route table: all there is to know of a route, for the router and for the description alike.
struct Route: Sendable {
    enum Access: Sendable {
        case none
        /// A device's access token.
        case device
        /// A device's access token, or a capability in its place that the route checks itself.
        case deviceOrCapability
        /// The delivery token of the account that stands in the path, and nothing that says who asks.
        case sealed
    }

    struct Parameter: Sendable {
        let name: String
        let schema: Schema
        let summary: String
    }

    let method: Method
    let path: PathPattern
    let area: String
    let summary: String
    let access: Access
    let query: [Parameter]
    /// Request headers that it reads, besides those that every route does.
    let headers: [Parameter]
    let reads: Schema?
    let gives: Schema?
    /// The media type of an answer that is no record.
    let givesMediaType: String?
    let status: Int
    /// What it refuses with, besides what every route may.
    let problems: [ProblemCode]
    let bodyByteCountMax: Int
    let handle: @Sendable (Call) async throws(Problem) -> Reply
    /// Stand in every answer of the route, refusals included.
    var constantHeaders: [(String, String)] = []
    /// In place of ``handle`` for a route that reads its own body or writes its own answer: HTTP only.
    var exchange: (@Sendable (Call, HTTPExchange) async throws(Problem) -> Reply?)?

    /// - Parameters:
    ///   - reads: the record its body holds; `nil` for a route without a body.
    ///   - gives: the record it answers with; `nil` for 204 or bytes of another kind.
    init(
        _ method: Method, _ path: String, area: String, _ summary: String, access: Access = .device,
        query: [Parameter] = [], headers: [Parameter] = [], reads: Schema? = nil, gives: Schema? = nil,
        givesMediaType: String? = nil, status: Int? = nil,
        problems: [ProblemCode] = [], bodyByteCountMax: Int = 64 * 1024,
        handle: @escaping @Sendable (Call) async throws(Problem) -> Reply
    ) {
        self.method = method
        self.path = PathPattern(path)
        self.area = area
        self.summary = summary
        self.access = access
        self.query = query
        self.headers = headers
        self.reads = reads
        self.gives = gives
        self.givesMediaType = givesMediaType
        self.status = status ?? (gives == nil && givesMediaType == nil ? 204 : 200)
        self.problems = problems
        self.bodyByteCountMax = bodyByteCountMax
        self.handle = handle
    }

    /// A route that carries bytes of its own. It answers by the exchange and returns `nil`, or returns the reply.
    static func bytes(
        _ method: Method, _ path: String, area: String, _ summary: String, access: Access,
        query: [Parameter] = [], headers: [Parameter] = [], gives: Schema? = nil, givesMediaType: String? = nil,
        status: Int? = nil, problems: [ProblemCode] = [],
        exchange: @escaping @Sendable (Call, HTTPExchange) async throws(Problem) -> Reply?
    ) -> Route {
        var route = Route(
            method, path, area: area, summary, access: access, query: query, headers: headers, gives: gives,
            givesMediaType: givesMediaType, status: status, problems: problems
        ) { (_) throws(Problem) in
            throw Problem(.malformed, "This route carries bytes: use HTTP.")
        }
        route.exchange = exchange
        return route
    }

    static let limitParameter = Parameter(
        name: "limit", schema: .integer(1...UInt64(Limits.pageItemsMax)),
        summary: "Items in a page; \(Limits.pageItemsDefault) when absent.")
    /// What opens sealed routes.
    static let deliveryToken = Parameter(
        name: "Delivery-Token", schema: .text(length: 43...43),
        summary: "The delivery token of the account in the path, in base64url; without Authorization.")
    static let cursorParameter = Parameter(
        name: "cursor", schema: .text(length: 1...200), summary: "The `next` of the page before.")
}
