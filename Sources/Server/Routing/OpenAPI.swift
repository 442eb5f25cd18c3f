import Wire

/// Prints the route table as OpenAPI 3.1. What the table does not hold is not in the document, and the other way round.
enum OpenAPI {
    static func document(of table: [EndpointFacts]) -> WireValue {
        // A path without places is found before one with them: a word that stands in a place needs a path of its own,
        // or the operations of such a path would be all there are.
        let routes = table.flatMap { [$0] + $0.spelledOut }
        var shared = OpenAPIResponses()
        let paths = paths(routes, &shared)
        return .object([
            "openapi": .text("3.1.0"),
            "info": .object([
                "title": .text("Sotto"), "version": .text(Release.version),
                "description": .text(
                    "The HTTP surface of a Sotto server. Every body may also be CBOR: the same objects, bytes as byte "
                        + "strings, times as milliseconds (docs/protocol/sotto.cddl). Every route that carries records "
                        + "may also be called inside the WebSocket at /v1/ws (see /v1/asyncapi.json). Answers to web "
                        + "pages that may read them carry the fields of CORS too (Access-Control-…)."),
                "license": .object(["name": .text("Apache-2.0"), "identifier": .text("Apache-2.0")]),
            ]),
            "servers": .list([.object(["url": .text("/")])]),
            "tags": .list(areas(of: routes).map { .object(["name": .text($0)]) }),
            "paths": .map(paths),
            "components": .object([
                "securitySchemes": .object([
                    "device": .object([
                        "type": .text("http"), "scheme": .text("bearer"),
                        "description": .text("A device's access token, from /v1/accounts or /v1/auth/token."),
                    ])
                ]),
                "schemas": JSONSchema.components(for: schemas(of: routes)),
                "headers": OpenAPIResponses.headerComponents(of: routes),
                "responses": .map(shared.entries),
            ]),
        ])
    }

    private static func areas(of routes: [EndpointFacts]) -> [String] {
        var seen: Set<String> = []
        return routes.map(\.area).filter { seen.insert($0).inserted }
    }

    /// Every record that a route reads or gives, and what stands in paths and queries.
    private static func schemas(of routes: [EndpointFacts]) -> [Schema] {
        routes.flatMap { (route) in
            [route.reads, route.gives].compactMap { $0 } + route.placeSchemas + route.query.map(\.schema)
        } + [Problem.schema]
    }

    // MARK: Paths

    private static func paths(_ routes: [EndpointFacts], _ shared: inout OpenAPIResponses) -> [WireValue.Entry] {
        var order: [String] = []
        var operations: [String: [WireValue.Entry]] = [:]
        for route in routes {
            if operations[route.path.text] == nil { order.append(route.path.text) }
            // What may be got may be asked for by its head.
            for method in route.method == .get ? [Method.get, .head] : [route.method] {
                let operation = operation(route, by: method, &shared)
                operations[route.path.text, default: []].append(
                    .init(key: method.rawValue.lowercased(), value: operation))
            }
        }
        return order.map { .init(key: $0, value: .map(operations[$0] ?? [])) }
    }

    private static func operation(
        _ route: EndpointFacts, by method: Method, _ shared: inout OpenAPIResponses
    ) -> WireValue {
        let summary = method == route.method ? route.summary : "\(route.summary): status and fields alone"
        var entries: [WireValue.Entry] = [
            .init(key: "operationId", value: .text(operationID(route, by: method))),
            .init(key: "summary", value: .text(summary)),
            .init(key: "tags", value: .list([.text(route.area)])),
            .init(key: "security", value: .list(security(of: route))),
        ]
        entries += marks(of: route)
        let parameters = parameters(of: route, by: method)
        if !parameters.isEmpty { entries.append(.init(key: "parameters", value: .list(parameters))) }
        if let body = requestBody(of: route) { entries.append(.init(key: "requestBody", value: body)) }
        entries.append(.init(key: "responses", value: .map(shared.responses(of: route, by: method))))
        return .map(entries)
    }

    private static func requestBody(of route: EndpointFacts) -> WireValue? {
        if let reads = route.reads {
            return .object(["required": .boolean(true), "content": OpenAPIResponses.content(reads)])
        }
        guard let bytes = route.readsBytes else { return nil }
        // Without a schema: bytes as they are.
        return .object([
            "required": .boolean(bytes.isRequired),
            "content": .map([.init(key: bytes.mediaType, value: .object([:]))]),
        ])
    }

    /// What OpenAPI has no word for; docs/protocol/http.md explains them.
    private static func marks(of route: EndpointFacts) -> [WireValue.Entry] {
        var entries: [WireValue.Entry] = [
            .init(key: "x-sotto-access", value: .text(route.access.rawValue)),
            .init(key: "x-sotto-allows", value: .text(route.allows.rawValue)),
            .init(key: "x-sotto-home", value: .text(route.home.rawValue)),
        ]
        if !route.buckets.isEmpty {
            entries.append(.init(key: "x-sotto-buckets", value: .list(route.buckets.map { .text($0.rawValue) })))
        }
        if route.departure != nil { entries.append(.init(key: "deprecated", value: .boolean(true))) }
        return entries
    }

    private static func security(of route: EndpointFacts) -> [WireValue] {
        switch route.access {
        case .anybody, .theOperator, .capability, .sealed: []
        case .device: [.object(["device": .list([])])]
        case .deviceOrCapability: [.object(["device": .list([])]), .object([:])]
        }
    }

    /// `get /v1/conversations/{conversation}/members` is `getConversationsMembers`.
    private static func operationID(_ route: EndpointFacts, by method: Method) -> String {
        let words = route.path.text.split { !$0.isLetter && !$0.isNumber && $0 != "{" && $0 != "}" }
        let named = words.filter { $0 != "v1" }.map { (word) in
            word.hasPrefix("{") ? "By" + capitalized(word.dropFirst().dropLast()) : capitalized(word)
        }
        return method.rawValue.lowercased() + named.joined()
    }

    private static func capitalized(_ word: Substring) -> String { word.prefix(1).uppercased() + word.dropFirst() }

    private static func parameters(of route: EndpointFacts, by method: Method) -> [WireValue] {
        let places = zip(route.path.places, route.placeSchemas).map { (name, schema) in
            parameter(name, in: "path", schema, isRequired: true)
        }
        var headers = route.headers.map { ($0.name, $0.schema, $0.summary, $0.isRequired) }
        if route.repetition == .key {
            headers.append((
                "Idempotency-Key", .text(length: 1...100),
                "The client's own name for this request: a retry within 24 h is answered alike.", false
            ))
        }
        if route.method == .get, route.status == 200 {
            let summary = "Tags of what is known; `*` for anything."
            headers.append(("If-None-Match", .text(length: 1...1000), summary, false))
        }
        if route.isDownload, method == .get {
            let summary = "One range of bytes; of several all of it is given."
            headers.append(("Range", .text(length: 1...1000), summary, false))
            headers.append(("If-Range", .text(length: 1...100), "The tag under which `Range` counts.", false))
        }
        return places
            + route.query.map { parameter($0.name, in: "query", $0.schema, $0.summary) }
            + headers.map { parameter($0.0, in: "header", $0.1, $0.2, isRequired: $0.3) }
    }

    private static func parameter(
        _ name: String, in place: String, _ schema: Schema, _ summary: String? = nil, isRequired: Bool = false
    ) -> WireValue {
        var entries: [WireValue.Entry] = [
            .init(key: "name", value: .text(name)), .init(key: "in", value: .text(place)),
            .init(key: "required", value: .boolean(isRequired)),
        ]
        if let summary { entries.append(.init(key: "description", value: .text(summary))) }
        entries.append(.init(key: "schema", value: JSONSchema.reference(to: schema)))
        return .map(entries)
    }
}
