import Chat
import Transport
import Wire

/// Opens sockets at `/v1/ws`: agrees on a form, finds out who is there, and hands the socket to a ``SocketSession``.
///
/// The token comes as a second subprotocol `bearer.<token>` (browsers), as `Authorization: Bearer`, or in a first
/// frame `auth` within ten seconds.
struct SocketFront: Sendable {
    static let path = ["v1", "ws"]

    let router: Router
    let services: Services
    let switchboard: Switchboard<SocketSession>
    let desks: [Desk]
    /// For a token in the first frame.
    var authenticationTimeout = Duration.seconds(10)

    /// - Throws: `malformed` for what is no upgrade or offers no subprotocol of ours; `unauthenticated`;
    ///   `token-expired`; `rate-limited`.
    func open(_ exchange: HTTPExchange) async throws(Problem) {
        guard exchange.head.asksForWebSocket else {
            throw Problem(.malformed, "This address takes WebSocket upgrades only (RFC 6455).")
        }
        try services.origins.checkSocket(exchange.head)
        let offered = exchange.head.offeredSubprotocols
        let form = WireForm.allCases.first { offered.contains($0.subprotocol) }
        guard let form = form ?? (offered.allSatisfy { $0.hasPrefix("bearer.") } ? .json : nil) else {
            let known = WireForm.allCases.map(\.subprotocol).joined(separator: " or ")
            throw Problem(.malformed, "Offer the subprotocol \(known).", field: "Sec-WebSocket-Protocol")
        }
        let subprotocol = offered.contains(form.subprotocol) ? form.subprotocol : nil
        let device = try await device(offered, Authorization(exchange.head.headers))
        guard let desk = desks.first(where: { $0.loop === exchange.loop }) else {
            throw Problem(.internalError, "The connection is on no loop of this server.")
        }
        let seat = Seat(
            front: self, desk: desk, form: form, remoteAddress: services.limitKey(of: exchange))
        do {
            let socket = try exchange.acceptWebSocket(
                subprotocol: subprotocol, configuration: configuration, handler: seat.handler)
            exchange.loop.perform { seat.take(socket, device) }
        } catch {
            guard error == .notAnUpgrade else { return services.log.debug("socket.lost") }
            throw Problem(.malformed, "The upgrade is not as RFC 6455, section 4.2.1 wants it.")
        }
    }

    private func device(_ offered: [String], _ authorization: Authorization?) async throws(Problem) -> DeviceAddress? {
        let token: PresentedToken?
        if let bearer = offered.first(where: { $0.hasPrefix("bearer.") }) {
            token = PresentedToken(text: bearer.dropFirst("bearer.".count))
        } else if let authorization {
            token = authorization.token
        } else {
            return nil
        }
        guard let token else { throw Problem(.unauthenticated, "That is not the form of an access token.") }
        return try await services.admit(token)
    }

    private var configuration: WebSocketConfiguration {
        WebSocketConfiguration(
            messageByteCountMax: Limits.frameByteCountMax,
            queueByteCountMax: services.configuration.socketQueueByteCountMax,
            overflowCode: CloseCode.slowConsumer.rawValue,
            stallTimeout: .milliseconds(Limits.offlineAfterMilliseconds))
    }
}
