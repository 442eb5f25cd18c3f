import Chat
import Crypto
import Store
import Wire

/// One request on its way through a route, whether it came by HTTP or inside a socket.
struct Call: Sendable {
    /// Who asks, where the route wants to know.
    struct Caller: Sendable {
        let device: DeviceAddress
        /// Absent inside a socket, which was authenticated when it opened.
        let token: PresentedToken?
    }

    let services: Services
    let endpoint: EndpointFacts
    let caller: Caller?
    /// What stands in the places of the path, in their order.
    let places: [String]
    let query: [String: String]
    /// By the name in the table.
    let headers: [String: String]
    let body: WireValue?
    let context: WireContext
    /// The client's own name for this request, where it gave one.
    let idempotencyKey: String?
    /// SHA-256 of method, target and body, to tell a retry from another request under the same key.
    let digest: [UInt8]
    /// Bytes of the body, which wait in memory with the command.
    let bodyByteCount: Int
    /// The peer's address as limits see it; never stored, never logged.
    let remoteAddress: String
    let answerHeaders = AnswerHeaders()
    /// Of every answer of this route, for a handler that answers by itself.
    var commonHeaders: [(String, String)] = []

    var chat: ChatEngine { services.chat }

    /// The authenticated device. Only a route with `access: .device` may ask.
    var device: DeviceAddress {
        guard let caller else { preconditionFailure("a route without access asked who is calling") }
        return caller.device
    }

    /// Its account.
    var account: AccountID { device.account }

    // MARK: Reading

    /// The body as a record.
    func read<T: WireRecord>(_ type: T.Type) throws(Problem) -> T {
        guard let body else { throw Problem(.malformed, "A body is needed.") }
        do { return try T(wire: body, in: context) } catch { throw Problem(error) }
    }

    /// What the query says, where it says it.
    /// - Throws: `malformed`.
    func asked<Value>(_ parameter: Parameter<Value>) throws(Problem) -> Value? {
        guard let text = query[parameter.facts.name] else { return nil }
        return try parameter.read(text)
    }

    /// What the query must say.
    /// - Throws: `malformed`.
    func needed<Value>(_ parameter: Parameter<Value>) throws(Problem) -> Value {
        guard let value = try asked(parameter) else {
            throw Problem(.malformed, "is needed", field: "query.\(parameter.facts.name)")
        }
        return value
    }

    /// A field of the head.
    func header(_ parameter: Parameter<String>) -> String? { headers[parameter.facts.name] }

    /// The page size asked for, or the usual one.
    func limit() throws(Problem) -> Int { Int(try asked(Parameters.limit) ?? UInt64(Limits.pageItemsDefault)) }

    /// The page asked for.
    func page() throws(Problem) -> PageWish { PageWish(cursor: try asked(Parameters.cursor), limit: try limit()) }

    // MARK: Answering

    /// The answer with its record.
    func reply(_ record: some WireRecord) -> Reply {
        if let accepted = record as? Accepted { services.metrics.countAccepted(isReplay: accepted.isReplay) }
        let headers = answerHeaders.all
        if record is Nothing { return Reply(status: endpoint.status, headers: headers) }
        var reply = Reply(status: endpoint.status, record)
        reply.headers = headers
        return reply
    }

    /// What the tables say.
    func look<T: Sendable>(
        _ question: @escaping @Sendable (Look) throws(Problem) -> T
    ) async throws(Problem) -> T {
        try await chat.look(question)
    }

    // MARK: Committing

    /// Runs a verb as one command and gives its record. Under an idempotency key it is kept in the same transaction,
    /// and a retry gets it again.
    func commit<R: WireRecord>(
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let caller = caller?.device
        let verb: @Sendable (inout Turn) throws(Problem) -> R = { (turn) throws(Problem) in
            // Between the request's check and this command the device may have been unlinked, or its account deleted.
            if let caller, try turn.tables.device(caller) == nil {
                throw Problem(.unauthenticated, "This device is no longer linked.")
            }
            return try verb(&turn)
        }
        guard endpoint.repetition == .key, let idempotencyKey, let keyOwner else {
            return try await chat.commit(byteCount: 256 + bodyByteCount, verb)
        }
        let key = SHA256.hash(keyOwner + Array(idempotencyKey.utf8))
        let digest = digest
        let (record, isReplay) = try await chat.commit(byteCount: 256 + bodyByteCount) { (turn) throws(Problem) in
            if let saved = try turn.tables.row(SavedReply.byKey, key), saved.expiresAt > turn.now {
                return (try saved.record(R.self, for: digest), true)
            }
            let record = try verb(&turn)
            let body = record.encoded(as: .cbor)
            // What makes room is never refused, nor for what is remembered of it.
            if let caller, turn.tables.growth != .nothing {
                try turn.charge(.rows(1, byteCount: body.count), to: caller.account)
            }
            try turn.tables.put(
                SavedReply(
                    key: key, requestDigest: digest, body: body,
                    expiresAt: turn.now.adding(seconds: Limits.idempotencySeconds)))
            return (record, false)
        }
        if isReplay { answerHeaders.append("Idempotent-Replayed", "true") }
        return record
    }

    /// Runs a verb that has nothing to say.
    func commit(_ verb: @escaping @Sendable (inout Turn) throws(Problem) -> Void) async throws(Problem) -> Nothing {
        try await commit { (turn) throws(Problem) in
            try verb(&turn)
            return Nothing()
        }
    }

    /// Runs a verb that has nothing to say and may end media, whose files go at once.
    func commitAndBury(
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> Void
    ) async throws(Problem) -> Nothing {
        let nothing = try await commit(verb)
        await services.media.files.bury()
        return nothing
    }

    /// What tells the idempotency keys of one asker from those of another. Who does not say who it is shares them with
    /// all that write to the same account; who comes by a capability has none.
    private var keyOwner: [UInt8]? {
        switch endpoint.access {
        case .sealed: Array("sealed\n\(places.first ?? "")\n".utf8)
        case .theOperator: Array("operator\n".utf8)
        case .device, .deviceOrCapability:
            caller.map { $0.device.account.bytes.array + Array("\($0.device.device)\n".utf8) }
        case .anybody, .capability: nil
        }
    }
}

extension SavedReply {
    /// The kept record, given again.
    /// - Throws: `idempotency-mismatch` when the request is another than the one it answered.
    fileprivate func record<R: WireRecord>(_ type: R.Type, for digest: [UInt8]) throws(Problem) -> R {
        guard ConstantTime.equal(requestDigest, digest) else {
            throw Problem(.idempotencyMismatch, "Take a new idempotency key for a new request.")
        }
        do {
            return try R.decode(body, in: WireContext(form: .cbor, refusesUnknownFields: false))
        } catch {
            throw Problem(.internalError, "The kept reply does not read.")
        }
    }
}
