import Chat
import Transport
import Wire

/// A socket's place on its loop, before and after it is known whose it is. State belongs to the loop.
///
/// ```
///  opening ──▶ unknown ──▶ checking ──▶ taken ──▶ gone
///     └───────────────────────────────────┘
/// ```
/// Wherever it stands, a socket that ends is gone, and before it is taken it may be refused.
final class Seat: @unchecked Sendable {
    private enum State {
        /// The upgrade is being answered. Goes to `taken` where it brought a token, else to `unknown`; or to `gone`.
        case opening
        /// The first frame must bring a token, before the timer rings. Goes to `checking`, `refused` or `gone`.
        case unknown(WebSocket, LoopTimer)
        /// The store is asked whose token it is, and what comes meanwhile waits. Goes to `taken`, `refused` or `gone`.
        case checking(WebSocket, LoopTimer, EarlyFrames)
        /// Somebody sits here. Goes to `gone`.
        case taken(SocketSession)
        /// Goodbye was said to a stranger. Goes to `gone`.
        case refused
        /// The socket has ended. Goes nowhere.
        case gone
    }

    private let front: SocketFront
    private let desk: Desk
    private let form: WireForm
    private let remoteAddress: String
    private var state = State.opening

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

    private var session: SocketSession? { if case .taken(let session) = state { session } else { nil } }

    /// The upgrade was answered.
    /// - Parameter device: whose token came with it.
    func take(_ socket: WebSocket, _ device: DeviceAddress?) {
        guard case .opening = state else { return }
        if let device { return sit(device, at: socket) }
        let timer = desk.loop.schedule(after: front.authenticationTimeout) { self.refuse("no token came") }
        state = .unknown(socket, timer)
    }

    private func sit(_ device: DeviceAddress, at socket: WebSocket, _ early: EarlyFrames = EarlyFrames()) {
        let session = SocketSession(
            front: front, desk: desk, socket: socket, device: device, form: form, remoteAddress: remoteAddress)
        state = .taken(session)
        session.assumeIsolated { $0.begin(early) }
    }

    private func received(_ message: WebSocketMessage) {
        switch state {
        case .taken(let session):
            // The bytes stay on this thread, and are read before this returns.
            nonisolated(unsafe) let bytes = message.bytes
            let isBinary = message.isBinary
            session.assumeIsolated { $0.received(bytes, isBinary: isBinary) }
        case .unknown(let socket, let timer):
            do throws(WireError) {
                guard let token = try token(in: message) else { return refuse("the first frame must be auth") }
                state = .checking(socket, timer, EarlyFrames())
                check(token)
            } catch {
                tell(Problem(error), at: socket)
                refuse("the first frame does not read")
            }
        case .checking(let socket, let timer, var early):
            let before = early.byteCount
            guard early.append(message.bytes, isBinary: message.isBinary) else {
                return refuse("too much before hello", .policyViolation)
            }
            socket.hold(byteCount: early.byteCount - before)
            state = .checking(socket, timer, early)
        case .opening, .refused, .gone: break
        }
    }

    /// - Returns: `nil` for another frame than `auth`, and for a token of no form of ours.
    private func token(in message: WebSocketMessage) throws(WireError) -> PresentedToken? {
        guard message.isBinary == (form == .cbor) else { return nil }
        let value = try WireValue.parse(message.bytes, as: form)
        let frame = try ClientFrame(wire: value, in: WireContext(form: form, refusesUnknownFields: true))
        guard case .authenticate(let request) = frame else { return nil }
        return PresentedToken(text: request.token)
    }

    private func tell(_ problem: Problem, at socket: WebSocket) {
        let bytes = ServerFrame.error(.init(problem: problem)).encoded(as: form)
        switch form {
        case .cbor: socket.send(binary: bytes)
        case .json: socket.send(text: SharedBytes(bytes))
        }
    }

    private func check(_ token: PresentedToken) {
        let services = front.services
        Task.immediate(executorPreference: desk.loop) {
            let outcome: Result<DeviceAddress, Problem>
            do throws(Problem) {
                outcome = .success(try await services.admit(token))
            } catch {
                _ = services.counted(error, by: self.remoteAddress)
                outcome = .failure(error)
            }
            self.desk.loop.perform { self.checked(outcome) }
        }
    }

    private func checked(_ outcome: Result<DeviceAddress, Problem>) {
        guard case .checking(let socket, let timer, let early) = state else { return }
        switch outcome {
        case .success(let device):
            timer.cancel()
            sit(device, at: socket, early)
        case .failure(let problem) where problem.code == .rateLimited:
            tell(problem, at: socket)
            refuse("too many sockets", .restart)
        case .failure: refuse("the token was not accepted")
        }
    }

    private func refuse(_ reason: String, _ code: CloseCode = .authenticationFailed) {
        switch state {
        case .unknown(let socket, let timer), .checking(let socket, let timer, _):
            timer.cancel()
            state = .refused
            socket.close(code: code.rawValue, reason: reason)
        case .opening, .taken, .refused, .gone: break
        }
    }

    private func closed(_ code: UInt16) {
        let last = state
        state = .gone
        switch last {
        case .taken(let session): session.assumeIsolated { $0.closed(code) }
        case .unknown(_, let timer), .checking(_, let timer, _): timer.cancel()
        case .opening, .refused, .gone: break
        }
    }
}
