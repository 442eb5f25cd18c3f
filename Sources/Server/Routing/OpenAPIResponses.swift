import Wire

/// Prints what operations answer. Refusals that every operation of a kind has stand once among the components, by a
/// name such as `404-not-found`.
struct OpenAPIResponses {
    private(set) var entries: [WireValue.Entry] = []
    private var names: Set<String> = []

    // MARK: Of one operation

    /// By their status, those that are no refusals first.
    /// - Parameter method: that of the route, or `HEAD` in place of `GET`: then nothing has a body.
    mutating func responses(of route: EndpointFacts, by method: Method) -> [WireValue.Entry] {
        let hasBody = method != .head
        var responses = [(route.status, done(route, hasBody: hasBody))] + Self.bodiless(of: route, by: method)
        var byStatus: [Int: [ProblemCode]] = [:]
        for code in route.allProblems { byStatus[code.status, default: []].append(code) }
        for (status, codes) in byStatus.sorted(by: { $0.key < $1.key }) {
            responses.append((status, refusal(status, codes, of: route, hasBody: hasBody)))
        }
        return responses.map { .init(key: String($0.0), value: $0.1) }
    }

    private func done(_ route: EndpointFacts, hasBody: Bool) -> WireValue {
        let isEmpty = !hasBody || (route.gives == nil && route.givesMediaType == nil)
        var entries = [Self.description(isEmpty ? "Done; no body." : "Done."), Self.headers(route.doneFields)]
        if !isEmpty, let gives = route.gives {
            entries.append(.init(key: "content", value: Self.content(gives)))
        } else if !isEmpty, let mediaType = route.givesMediaType {
            entries.append(.init(key: "content", value: .map(Self.mediaTypes(of: route, mediaType))))
        }
        return .map(entries)
    }

    /// A picture comes as what was asked for.
    private static func mediaTypes(of route: EndpointFacts, _ mediaType: String) -> [WireValue.Entry] {
        let types = mediaType.hasPrefix("image/") ? ["image/webp", "image/jpeg"] : [mediaType]
        return types.map { .init(key: $0, value: .object([:])) }
    }

    /// Answers of every route of a kind that are neither its record nor a problem.
    private static func bodiless(of route: EndpointFacts, by method: Method) -> [(Int, WireValue)] {
        guard route.method == .get, route.status == 200 else { return [] }
        let fields = route.doneFields
        let same = WireValue.map([
            description("What `If-None-Match` names is still there; no body."), headers(fields),
        ])
        guard route.isDownload, method == .get, let mediaType = route.givesMediaType else { return [(304, same)] }
        let part = WireValue.map([
            description("The bytes of the one `Range` that was asked for."),
            headers(fields + [AnswerFields.contentRange]),
            .init(key: "content", value: .map(mediaTypes(of: route, mediaType))),
        ])
        let beyond = WireValue.map([
            description("The `Range` begins behind the end; no body."), headers(fields + [AnswerFields.contentRange]),
        ])
        return [(206, part), (304, same), (416, beyond)]
    }

    /// The refusals of one status: a reference, unless the route refuses by words of its own.
    private mutating func refusal(
        _ status: Int, _ codes: [ProblemCode], of route: EndpointFacts, hasBody: Bool
    ) -> WireValue {
        let text = codes.map { "`\($0.rawValue)`: \($0.title)." }.joined(separator: " ")
        var parts = [Self.description(text), Self.headers(route.refusalFields(status))]
        if hasBody { parts.append(.init(key: "content", value: Self.problem)) }
        guard codes.allSatisfy({ !route.problems.contains($0) }) else { return .map(parts) }
        let fields = (route.alwaysAnswers + route.departureFields).map { $0.name.lowercased() }
        let name = ([String(status)] + codes.map(\.rawValue) + fields + (hasBody ? [] : ["head"]))
            .joined(separator: "-")
        if names.insert(name).inserted { entries.append(.init(key: name, value: .map(parts))) }
        return .object(["$ref": .text("#/components/responses/\(name)")])
    }

    // MARK: Parts

    static func content(_ schema: Schema) -> WireValue {
        .map(
            WireForm.allCases.map { (form) in
                .init(key: form.mediaType, value: .object(["schema": JSONSchema.reference(to: schema)]))
            })
    }

    private static let problem = WireValue.map(
        ["application/problem+json", WireForm.cbor.mediaType].map { (mediaType) in
            .init(key: mediaType, value: .object(["schema": JSONSchema.reference(to: Problem.schema)]))
        })

    private static func description(_ text: String) -> WireValue.Entry {
        .init(key: "description", value: .text(text))
    }

    private static func headers(_ fields: [ParameterFacts]) -> WireValue.Entry {
        let references = fields.map { (field) in
            WireValue.Entry(key: field.name, value: .object(["$ref": .text("#/components/headers/\(field.name)")]))
        }
        return .init(key: "headers", value: .map(references))
    }

    /// Every field that some answer has, each once.
    static func headerComponents(of routes: [EndpointFacts]) -> WireValue {
        var seen: Set<String> = []
        let fields = routes.flatMap { (route) in
            route.doneFields + [AnswerFields.contentRange]
                + route.allProblems.flatMap { route.refusalFields($0.status) }
        }
        return .map(
            fields.filter { seen.insert($0.name).inserted }.map { (field) in
                .init(
                    key: field.name,
                    value: .object([
                        "description": .text(field.summary), "schema": JSONSchema.reference(to: field.schema),
                    ]))
            })
    }
}

extension EndpointFacts {
    /// Whether it gives bytes that may be asked for in parts.
    var isDownload: Bool { answers.contains { $0.name == AnswerFields.acceptRanges.name } }

    /// What it may refuse with: its own, and what every route of its kind may.
    var allProblems: [ProblemCode] {
        var codes: [ProblemCode] = problems + [.rateLimited, .overloaded, .storageFull, .shuttingDown, .internalError]
        codes += [.malformed, .bodyTooLarge, .unsupportedMediaType, .requestTimeout, .headTooLarge, .methodNotAllowed]
        if access == .device || access == .deviceOrCapability { codes += [.unauthenticated, .tokenExpired] }
        if access == .sealed { codes += [.deliveryRefused, .unmaskedSender] }
        if !path.places.isEmpty { codes += [.notFound] }
        if repetition == .key { codes += [.idempotencyMismatch] }
        // What adds is on the account of who adds it.
        if repetition == .key, access == .device || access == .deviceOrCapability { codes += [.quotaExceeded] }
        var seen: Set<ProblemCode> = []
        return codes.filter { seen.insert($0).inserted }
    }

    fileprivate var departureFields: [ParameterFacts] {
        departure == nil ? [] : [AnswerFields.deprecation, AnswerFields.sunset]
    }

    private var commonFields: [ParameterFacts] {
        AnswerFields.every + [AnswerFields.rateLimit, AnswerFields.rateLimitPolicy] + alwaysAnswers + departureFields
    }

    /// Fields of an answer that is no refusal.
    fileprivate var doneFields: [ParameterFacts] {
        var fields = commonFields + answers
        if method == .get, status == 200, !isDownload { fields.append(AnswerFields.entityTag) }
        if repetition == .key { fields.append(AnswerFields.replayed) }
        return fields
    }

    /// Fields of a refusal of this status.
    fileprivate func refusalFields(_ status: Int) -> [ParameterFacts] {
        switch status {
        // Of a request that did not get as far as a route.
        case 431: []
        case 405: AnswerFields.every + [AnswerFields.allow]
        case 401: commonFields + [AnswerFields.authenticate]
        case 429, 503, 507: commonFields + [AnswerFields.retryAfter]
        default: commonFields
        }
    }
}
