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
    let caller: Caller?
    let places: [String: String]
    let query: [String: String]
    /// By the name in the route's row.
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

    var chat: Chat { services.chat }

    /// The authenticated device. Only a route with `access: .device` may ask.
    var device: DeviceAddress {
        guard let caller else { preconditionFailure("a route without access asked who is calling") }
        return caller.device
    }

    /// What opens sealed routes, where it has the form of a token.
    var deliveryToken: PresentedToken? { headers[Route.deliveryToken.name].flatMap { PresentedToken(text: $0) } }

    // MARK: Reading

    /// The body as a record.
    func read<T: WireRecord>(_ type: T.Type) throws(Problem) -> T {
        guard let body else { throw Problem(.malformed, "A body is needed.") }
        do { return try T(wire: body, in: context) } catch { throw Problem(error) }
    }

    /// The identifier that stands in the path. A place that holds none leads nowhere.
    func place<T: RandomIdentifier>(_ name: String, as type: T.Type = T.self) throws(Problem) -> T {
        guard let text = places[name], let id = T(text: text) else {
            throw Problem(.notFound, "There is no such \(name).")
        }
        return id
    }

    func queryNumber(_ name: String, in range: ClosedRange<UInt64>) throws(Problem) -> UInt64? {
        guard let text = query[name] else { return nil }
        guard let number = UInt64(text), range.contains(number) else {
            throw Problem(
                .malformed, "must be a number from \(range.lowerBound) to \(range.upperBound)", field: "query.\(name)")
        }
        return number
    }

    /// The page size asked for, or the usual one.
    func limit() throws(Problem) -> Int {
        Int(try queryNumber("limit", in: 1...UInt64(Limits.pageItemsMax)) ?? UInt64(Limits.pageItemsDefault))
    }

    // MARK: Committing

    /// Runs a verb as one command and replies with its record. Under an idempotency key the reply is kept in the
    /// same transaction, and a retry gets it again.
    /// - Parameter scope: what tells the keys of those apart who do not say who they are.
    func commit<R: WireRecord>(
        status: Int = 200, scope: [UInt8]? = nil, _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> R
    ) async throws(Problem) -> Reply {
        let caller = caller?.device
        let verb: @Sendable (inout Turn) throws(Problem) -> R = { (turn) throws(Problem) in
            // Between the request's check and this command the device may have been unlinked, or its account deleted.
            if let caller, try turn.tables.device(caller) == nil {
                throw Problem(.unauthenticated, "This device is no longer linked.")
            }
            return try verb(&turn)
        }
        let own = caller.map { $0.account.bytes.array + Array("\($0.device)\n".utf8) }
        guard let idempotencyKey, let owner = own ?? scope.map({ Array("sealed\n".utf8) + $0 }) else {
            return Reply(status: status, try await chat.commit(byteCount: 256 + bodyByteCount, verb))
        }
        let key = SHA256.hash(owner + Array(idempotencyKey.utf8))
        let digest = digest
        return try await chat.commit(byteCount: 256 + bodyByteCount) { (turn) throws(Problem) in
            if let saved = try turn.tables.row(SavedReply.byKey, key), saved.expiresAt > turn.now {
                return try Reply(replaying: saved, as: R.self, for: digest)
            }
            let record = try verb(&turn)
            try turn.tables.put(
                SavedReply(
                    key: key, requestDigest: digest, status: UInt64(status), body: record.encoded(as: .cbor),
                    expiresAt: turn.now.adding(seconds: Limits.idempotencySeconds)))
            return Reply(status: status, record)
        }
    }

    /// Runs a verb that has nothing to say.
    func commitNothing(
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> Void
    ) async throws(Problem) -> Reply {
        let reply = try await commit(status: 204) { (turn) throws(Problem) in
            try verb(&turn)
            return Nothing()
        }
        return reply.withoutBody()
    }
}

/// The record of a reply without a body.
struct Nothing: WireRecord {
    init() {}
    init(fields: inout Fields<Self>) throws(WireError) {}
}
