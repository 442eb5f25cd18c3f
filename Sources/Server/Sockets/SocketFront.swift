import Chat
import Transport
import Wire

/// Opens sockets at `/v1/ws`: agrees on a form, finds out who is there, and hands the socket to a ``SocketSession``.
///
/// The token comes as a second subprotocol `bearer.<token>` (browsers), as `Authorization: Bearer`, or in a first
/// frame `auth` within ten seconds.
struct SocketFront: Sendable {
    static let path = ["v1", "ws"]
    static let authenticationTimeout = Duration.seconds(10)

    let router: Router
    let services: Services
    let switchboard: Switchboard<SocketSession>
    let desks: [Desk]

    /// - Throws: `malformed` for what is no upgrade or offers no subprotocol of ours; `unauthenticated`;
    ///   `token-expired`.
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
        let device = try await device(offered, exchange.head.headers["authorization"])
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

    private func device(_ offered: [String], _ authorization: String?) async throws(Problem) -> DeviceAddress? {
        let token: PresentedToken?
        if let bearer = offered.first(where: { $0.hasPrefix("bearer.") }) {
            token = PresentedToken(text: bearer.dropFirst("bearer.".count))
        } else if authorization != nil {
            token = Router.bearer(authorization)
        } else {
            return nil
        }
        guard let token else { throw Problem(.unauthenticated, "That is not the form of an access token.") }
        return try await services.authenticate(token)
    }

    private var configuration: WebSocketConfiguration {
        WebSocketConfiguration(
            messageByteCountMax: Limits.frameByteCountMax,
            queueByteCountMax: services.configuration.socketQueueByteCountMax,
            overflowCode: CloseCode.slowConsumer.rawValue,
            stallTimeout: .milliseconds(Limits.offlineAfterMilliseconds))
    }
}

/// A socket's place on its loop, before and after it is known whose it is. State belongs to the loop.
private final class Seat: @unchecked Sendable {
    private let front: SocketFront
    private let desk: Desk
    private let form: WireForm
    private let remoteAddress: String
    private var socket: WebSocket?
    private var session: SocketSession?
    private var isGone = false
    private var isAuthenticating = false
    private var timeout: LoopTimer?

    init(front: SocketFront, desk: Desk, form: WireForm, remoteAddress: String) {
        self.front = front
        self.desk = desk
        self.form = form
        self.remoteAddress = remoteAddress
    }

    var handler: WebSocketHandler {
        WebSocketHandler(
            message: { (_, message) in self.received(message) },
            ping: { (_, _) in self.session?.assumeIsolated { $0.heard() } },
            pong: { (_, _) in self.session?.assumeIsolated { $0.heard() } },
            drained: { (_) in self.session?.assumeIsolated { $0.drained() } },
            closed: { (_, code, _) in self.closed(code) })
    }

    func take(_ socket: WebSocket, _ device: DeviceAddress?) {
        guard !isGone else { return }
        self.socket = socket
        if let device { return sit(device) }
        timeout = desk.loop.schedule(after: SocketFront.authenticationTimeout) {
            if self.session == nil {
                socket.close(code: CloseCode.authenticationFailed.rawValue, reason: "no token came")
            }
        }
    }

    private func sit(_ device: DeviceAddress) {
        guard let socket, !isGone else { return }
        timeout?.cancel()
        let session = SocketSession(
            front: front, desk: desk, socket: socket, device: device, form: form, remoteAddress: remoteAddress)
        self.session = session
        session.assumeIsolated { $0.begin() }
    }

    private func received(_ message: WebSocketMessage) {
        if let session {
            // The bytes stay on this thread, and are read before this returns.
            nonisolated(unsafe) let bytes = message.bytes
            let isBinary = message.isBinary
            return session.assumeIsolated { $0.received(bytes, isBinary: isBinary) }
        }
        guard !isAuthenticating, message.isBinary == (form == .cbor),
            let value = try? WireValue.parse(message.bytes, as: form),
            let frame = try? ClientFrame(wire: value, in: WireContext(form: form, refusesUnknownFields: true)),
            case .authenticate(let request) = frame, let token = PresentedToken(text: request.token)
        else {
            socket?.close(code: CloseCode.authenticationFailed.rawValue, reason: "the first frame must be auth")
            return
        }
        isAuthenticating = true
        let services = front.services
        Task.immediate(executorPreference: desk.loop) {
            let device: DeviceAddress?
            do throws(Problem) {
                device = try await services.authenticate(token)
            } catch {
                _ = services.counted(error, by: self.remoteAddress)
                device = nil
            }
            self.desk.loop.perform {
                guard let device else {
                    self.socket?.close(
                        code: CloseCode.authenticationFailed.rawValue, reason: "the token was not accepted")
                    return
                }
                self.sit(device)
            }
        }
    }

    private func closed(_ code: UInt16) {
        isGone = true
        timeout?.cancel()
        session?.assumeIsolated { $0.closed(code) }
        session = nil
        socket = nil
    }
}
