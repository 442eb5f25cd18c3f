import Transport
import Wire

/// The routes of the server, typed: one call, one answer, or the problem it names.
///
/// Speaks CBOR. Knows nothing of logins: a token is given with the call.
struct ServerCalls: Sendable {
    let network: Network
    /// Of the account that is asked about, by somebody who does not say who asks.
    var deliveryToken: [UInt8]?

    /// A call that answers with a record.
    func call<Answer: WireRecord>(
        _ method: String, _ path: String, body: (any WireRecord)? = nil, token: String? = nil,
        idempotencyKey: ClientID? = nil, headers: [(String, String)] = []
    ) async throws(ClientError) -> Answer {
        let answer = try await exchange(
            method, path, body: body, token: token, idempotencyKey: idempotencyKey, headers: headers)
        do {
            return try Answer.decode(answer.body, in: Self.context(answer.mediaType))
        } catch {
            throw .unexpectedAnswer(status: answer.status)
        }
    }

    /// A call that answers with nothing.
    func run(
        _ method: String, _ path: String, body: (any WireRecord)? = nil, token: String? = nil,
        idempotencyKey: ClientID? = nil, headers: [(String, String)] = []
    ) async throws(ClientError) {
        _ = try await exchange(
            method, path, body: body, token: token, idempotencyKey: idempotencyKey, headers: headers)
    }

    private func exchange(
        _ method: String, _ path: String, body: (any WireRecord)?, token: String?, idempotencyKey: ClientID?,
        headers: [(String, String)]
    ) async throws(ClientError) -> Network.Answer {
        var request = Network.Request(method: method, path: path)
        request.headers = headers + [("Accept", WireForm.cbor.mediaType)]
        if let body {
            request.body = body.encoded(as: .cbor)
            request.headers.append(("Content-Type", WireForm.cbor.mediaType))
        }
        if let deliveryToken { request.headers.append(("Delivery-Token", Base64URL.encode(deliveryToken))) }
        if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
        if let idempotencyKey { request.headers.append(("Idempotency-Key", idempotencyKey.description)) }
        let answer: Network.Answer
        do { answer = try await network.exchange(request) } catch { throw .unreachable(error) }
        guard (200..<300).contains(answer.status) else { throw Self.failure(answer) }
        return answer
    }

    /// A request that carries bytes, as it is.
    func bytes(_ request: Network.Request) async throws(ClientError) -> Network.Answer {
        let answer: Network.Answer
        do { answer = try await network.exchange(request) } catch { throw .unreachable(error) }
        guard (200..<300).contains(answer.status) else { throw Self.failure(answer) }
        return answer
    }

    private static func failure(_ answer: Network.Answer) -> ClientError {
        guard let problem = try? Problem.decode(answer.body, in: context(answer.mediaType)) else {
            return .unexpectedAnswer(status: answer.status)
        }
        return .refused(problem)
    }

    private static func context(_ mediaType: String) -> WireContext {
        WireContext(form: mediaType.contains("json") ? .json : .cbor, refusesUnknownFields: false)
    }
}
