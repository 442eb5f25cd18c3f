import Transport
import Wire

/// The routes of the server, typed: one call, one answer, or the problem it names.
///
/// Speaks CBOR. Knows nothing of logins: a token is given with the call.
struct ServerCalls: Sendable {
    let network: Network
    /// Of the account that is asked about, by somebody who does not say who asks.
    var deliveryToken: [UInt8]?

    /// Who asks, and how it asks to be answered once.
    struct Manner {
        /// An access token.
        var token: String?
        var idempotencyKey: ClientID?
        /// Further fields of the head.
        var headers: [Argument] = []
    }

    /// Asks with a record.
    @discardableResult
    func run<Reads, Gives, each Place>(
        _ endpoint: Endpoint<Reads, Gives, repeat each Place>, _ places: repeat each Place, query: [Argument] = [],
        body: Reads, as manner: Manner = Manner()
    ) async throws(ClientError) -> Gives {
        try await exchange(
            endpoint.facts, endpoint.target(repeat each places, query: query), body: body.encoded(as: .cbor), manner)
    }

    /// Asks with nothing.
    @discardableResult
    func run<Gives, each Place>(
        _ endpoint: Endpoint<Nothing, Gives, repeat each Place>, _ places: repeat each Place, query: [Argument] = [],
        as manner: Manner = Manner()
    ) async throws(ClientError) -> Gives {
        try await exchange(endpoint.facts, endpoint.target(repeat each places, query: query), body: nil, manner)
    }

    private func exchange<Gives: WireRecord>(
        _ endpoint: EndpointFacts, _ target: String, body: [UInt8]?, _ manner: Manner
    ) async throws(ClientError) -> Gives {
        var request = Network.Request(method: endpoint.method.rawValue, path: target)
        request.headers = manner.headers.map { ($0.name, $0.text) } + [("Accept", WireForm.cbor.mediaType)]
        if let body {
            request.body = body
            request.headers.append(("Content-Type", WireForm.cbor.mediaType))
        }
        if let deliveryToken {
            let token = Parameters.deliveryToken(Base64URL.encode(deliveryToken))
            request.headers.append((token.name, token.text))
        }
        if let token = manner.token { request.headers.append(("Authorization", "Bearer \(token)")) }
        if let key = manner.idempotencyKey { request.headers.append(("Idempotency-Key", key.description)) }
        let answer = try await bytes(request)
        if let nothing = Nothing() as? Gives { return nothing }
        do {
            return try Gives.decode(answer.body, in: Self.context(answer.mediaType))
        } catch {
            throw .unexpectedAnswer(status: answer.status, isForeign: true)
        }
    }

    /// A request that carries bytes, as it is.
    /// - Throws: ``ClientError/cancelled`` when the task is: the server may have done what was asked all the same.
    func bytes(_ request: Network.Request) async throws(ClientError) -> Network.Answer {
        let exchange = Undertaking(in: nil) { [network] () async -> Result<Network.Answer, TransportError> in
            do throws(TransportError) {
                return .success(try await network.exchange(request))
            } catch {
                return .failure(error)
            }
        }
        guard let result = await exchange.value() else { throw .cancelled }
        let answer: Network.Answer
        do { answer = try result.get() } catch { throw .unreachable(error) }
        guard (200..<300).contains(answer.status) else { throw Self.failure(answer) }
        return answer
    }

    private static func failure(_ answer: Network.Answer) -> ClientError {
        guard let problem = try? Problem.decode(answer.body, in: context(answer.mediaType)) else {
            return .unexpectedAnswer(status: answer.status, isForeign: true)
        }
        return .refused(problem)
    }

    private static func context(_ mediaType: String) -> WireContext {
        let isPlain = mediaType == WireForm.cbor.mediaType
        return WireContext(form: isPlain || !mediaType.contains("json") ? .cbor : .json, refusesUnknownFields: false)
    }
}
