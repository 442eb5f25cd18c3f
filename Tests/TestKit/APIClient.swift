public import Transport
public import Wire

/// The loops that clients of tests run on; they live as long as the test process.
public enum TestLoops {
    public static let group = EventLoopGroup(count: 1)
    public static var loop: EventLoop { group.loops[0] }
}

/// Speaks to a server as a client written from the description would: JSON or CBOR over HTTP.
///
/// Each request has a connection of its own, so that no test depends on how long another left one idle.
public final class APIClient: Sendable {
    public let port: UInt16
    private let form: WireForm

    public init(port: UInt16, form: WireForm = .json) {
        self.port = port
        self.form = form
    }

    /// Sends bytes as they are.
    public func raw(
        _ method: String, _ target: String, token: String? = nil, headers: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> HTTPResponse {
        var fields = headers
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        let headers = fields
        // On the loop itself: a test that blocks one of the threads of all tests must not come between a connection
        // and its request.
        return try await Task(executorPreference: TestLoops.loop) { [port] in
            let connection = try await HTTPClientConnection.connect(host: "127.0.0.1", port: port, on: TestLoops.loop)
            defer { connection.close() }
            return try await connection.request(method, target, headers: headers, body: body)
        }.value
    }

    /// Sends a record.
    public func send(
        _ method: String, _ target: String, _ body: (any WireRecord)? = nil, token: String? = nil,
        idempotencyKey: String? = nil
    ) async throws -> HTTPResponse {
        var fields = [("Accept", form.mediaType)]
        if body != nil { fields.append(("Content-Type", form.mediaType)) }
        if let idempotencyKey { fields.append(("Idempotency-Key", idempotencyKey)) }
        return try await raw(method, target, token: token, headers: fields, body: body?.encoded(as: form) ?? [])
    }

    /// Sends a record and reads one back.
    /// - Throws: the ``Problem`` that the server refused with.
    public func call<R: WireRecord>(
        _ method: String, _ target: String, _ body: (any WireRecord)? = nil, token: String? = nil,
        idempotencyKey: String? = nil, as type: R.Type = R.self
    ) async throws -> R {
        let response = try await send(method, target, body, token: token, idempotencyKey: idempotencyKey)
        let context = WireContext(form: form, refusesUnknownFields: false)
        guard response.status < 400 else { throw try Problem.decode(response.body, in: context) }
        return try R.decode(response.body, in: context)
    }

    /// Registers a person.
    public func register(_ person: Person, invite: String? = nil) async throws -> Registered {
        try await call("POST", "/v1/accounts", person.registration(invite: invite))
    }
}
