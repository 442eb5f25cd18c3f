import Wire

/// Prints the route table as OpenAPI 3.1. What the table does not hold is not in the document, and the other way round.
enum OpenAPI {
    static func document(of routes: [EndpointFacts]) -> WireValue {
        .object([
            "openapi": .text("3.1.0"),
            "info": .object([
                "title": .text("Sotto"), "version": .text(Release.version),
                "description": .text(
                    "The HTTP surface of a Sotto server. Every body may also be CBOR: the same objects, bytes as byte "
                        + "strings, times as milliseconds (docs/protocol/sotto.cddl). Every route may also be called "
                        + "inside the WebSocket at /v1/ws (see /v1/asyncapi.json)."),
                "license": .object(["name": .text("Apache-2.0"), "identifier": .text("Apache-2.0")]),
            ]),
            "servers": .list([.object(["url": .text("/")])]),
            "tags": .list(areas(of: routes).map { .object(["name": .text($0)]) }),
            "paths": .map(paths(routes)),
            "components": .object([
                "securitySchemes": .object([
                    "device": .object([
                        "type": .text("http"), "scheme": .text("bearer"),
                        "description": .text("A device's access token, from /v1/accounts or /v1/auth/token."),
                    ])
                ]),
                "schemas": JSONSchema.components(for: schemas(of: routes)),
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

    private static func paths(_ routes: [EndpointFacts]) -> [WireValue.Entry] {
        var order: [String] = []
        var operations: [String: [WireValue.Entry]] = [:]
        for route in routes {
            if operations[route.path.text] == nil { order.append(route.path.text) }
            operations[route.path.text, default: []].append(
                .init(key: route.method.rawValue.lowercased(), value: operation(route)))
        }
        return order.map { .init(key: $0, value: .map(operations[$0] ?? [])) }
    }

    private static func operation(_ route: EndpointFacts) -> WireValue {
        var entries: [WireValue.Entry] = [
            .init(key: "operationId", value: .text(operationID(route))),
            .init(key: "summary", value: .text(route.summary)),
            .init(key: "tags", value: .list([.text(route.area)])),
            .init(key: "security", value: .list(security(of: route))),
        ]
        entries += marks(of: route)
        let parameters = parameters(of: route)
        if !parameters.isEmpty { entries.append(.init(key: "parameters", value: .list(parameters))) }
        if let reads = route.reads {
            let body = WireValue.object(["required": .boolean(true), "content": content(reads, [.json, .cbor])])
            entries.append(.init(key: "requestBody", value: body))
        }
        entries.append(.init(key: "responses", value: .map(responses(of: route))))
        return .map(entries)
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
    private static func operationID(_ route: EndpointFacts) -> String {
        let words = route.path.text.split { !$0.isLetter && !$0.isNumber && $0 != "{" && $0 != "}" }
        let named = words.filter { $0 != "v1" }.map { (word) in
            word.hasPrefix("{") ? "By" + capitalized(word.dropFirst().dropLast()) : capitalized(word)
        }
        return route.method.rawValue.lowercased() + named.joined()
    }

    private static func capitalized(_ word: Substring) -> String { word.prefix(1).uppercased() + word.dropFirst() }

    private static func parameters(of route: EndpointFacts) -> [WireValue] {
        var parameters = zip(route.path.places, route.placeSchemas).map { (name, schema) in
            WireValue.object([
                "name": .text(name), "in": .text("path"), "required": .boolean(true),
                "schema": JSONSchema.reference(to: schema),
            ])
        }
        parameters += route.query.map { (parameter) in
            .object([
                "name": .text(parameter.name), "in": .text("query"), "required": .boolean(false),
                "description": .text(parameter.summary), "schema": JSONSchema.reference(to: parameter.schema),
            ])
        }
        parameters += route.headers.map { (parameter) in
            .object([
                "name": .text(parameter.name), "in": .text("header"), "required": .boolean(false),
                "description": .text(parameter.summary), "schema": JSONSchema.reference(to: parameter.schema),
            ])
        }
        if route.repetition == .key {
            parameters.append(
                .object([
                    "name": .text("Idempotency-Key"), "in": .text("header"), "required": .boolean(false),
                    "description": .text(
                        "The client's own name for this request: a retry within 24 h is answered alike."),
                    "schema": JSONSchema.reference(to: .text(length: 1...100)),
                ]))
        }
        return parameters
    }

    private static func responses(of route: EndpointFacts) -> [WireValue.Entry] {
        var entries: [WireValue.Entry] = []
        if let gives = route.gives {
            let body = WireValue.object(["description": .text("Done."), "content": content(gives, [.json, .cbor])])
            entries.append(.init(key: String(route.status), value: body))
        } else if let mediaType = route.givesMediaType {
            let body = WireValue.object([
                "description": .text("Done."), "content": .object([:]).adding(mediaType, .object([:])),
            ])
            entries.append(.init(key: String(route.status), value: body))
        } else {
            entries.append(.init(key: String(route.status), value: .object(["description": .text("Done; no body.")])))
        }
        entries += bodiless(of: route).map { (status, text) in
            .init(key: String(status), value: .object(["description": .text(text)]))
        }
        var byStatus: [Int: [ProblemCode]] = [:]
        for code in route.allProblems { byStatus[code.status, default: []].append(code) }
        for (status, codes) in byStatus.sorted(by: { $0.key < $1.key }) {
            let text = codes.map { "`\($0.rawValue)`: \($0.title)." }.joined(separator: " ")
            let problem = WireValue.object([:]).adding(
                "application/problem+json", .object(["schema": JSONSchema.reference(to: Problem.schema)]))
            entries.append(
                .init(key: String(status), value: .object(["description": .text(text), "content": problem])))
        }
        return entries
    }

    /// Answers of every route of a kind that are neither its record nor a problem.
    private static func bodiless(of route: EndpointFacts) -> [(status: Int, text: String)] {
        guard route.method == .get, route.status == 200 else { return [] }
        let same = (304, "What `If-None-Match` names is still there; no body.")
        guard let type = route.givesMediaType, type == "application/octet-stream" || type.hasPrefix("image/") else {
            return [same]
        }
        return [
            (206, "The bytes of the one `Range` that was asked for."), same,
            (416, "The `Range` begins behind the end; no body."),
        ]
    }

    private static func content(_ schema: Schema, _ forms: [WireForm]) -> WireValue {
        .map(
            forms.map { (form) in
                .init(key: form.mediaType, value: .object(["schema": JSONSchema.reference(to: schema)]))
            })
    }
}

extension WireValue {
    fileprivate func adding(_ key: String, _ value: WireValue) -> WireValue {
        guard case .map(let entries) = self else { return self }
        return .map(entries + [.init(key: key, value: value)])
    }
}

extension EndpointFacts {
    /// What it may refuse with: its own, and what every route of its kind may.
    var allProblems: [ProblemCode] {
        var codes: [ProblemCode] = problems + [.rateLimited, .overloaded, .storageFull, .shuttingDown, .internalError]
        codes += [.malformed, .bodyTooLarge]
        if access == .device || access == .deviceOrCapability { codes += [.unauthenticated, .tokenExpired] }
        if access == .sealed { codes += [.deliveryRefused, .unmaskedSender] }
        if !path.places.isEmpty { codes += [.notFound] }
        if reads != nil { codes += [.unsupportedMediaType] }
        if repetition == .key { codes += [.idempotencyMismatch] }
        // What adds is on the account of who adds it.
        if repetition == .key, access == .device || access == .deviceOrCapability { codes += [.quotaExceeded] }
        var seen: Set<ProblemCode> = []
        return codes.filter { seen.insert($0).inserted }
    }
}
