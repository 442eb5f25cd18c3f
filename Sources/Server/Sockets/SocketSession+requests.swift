import Chat
import Threads
import Transport
import Wire

/// What the client sends.
extension SocketSession {
    /// Requests inside the socket that may run at once.
    static let runningRequestsMax = 32
    /// Frames that do not read, after which the peer is taken for broken.
    static let badFramesMax = 32

    func received(_ bytes: UnsafeRawBufferPointer, isBinary: Bool) {
        heard()
        if state.isArriving { return keep(bytes, isBinary: isBinary) }
        do throws(WireError) {
            guard isBinary == (form == .cbor) else {
                throw WireError(.malformed(offset: 0, "a message of the other kind than the subprotocol's"))
            }
            let value = try WireValue.parse(bytes, as: form)
            let frame = try ClientFrame(wire: value, in: WireContext(form: form, refusesUnknownFields: true))
            handle(frame, byteCount: bytes.count)
        } catch {
            badFrames += 1
            tell(.error(.init(problem: Problem(error))))
            if badFrames >= Self.badFramesMax { close(.policyViolation, reason: "too many frames that do not read") }
        }
    }

    /// For after hello.
    private func keep(_ bytes: UnsafeRawBufferPointer, isBinary: Bool) {
        let before = early.byteCount
        guard early.append(bytes, isBinary: isBinary) else {
            return close(.policyViolation, reason: "too much before hello")
        }
        socket.hold(byteCount: early.byteCount - before)
    }

    private func handle(_ frame: ClientFrame, byteCount: Int) {
        switch frame {
        case .send(let send) where send.request.isEphemeral: pass(send, byteCount)
        case .send(let send):
            submit(send.request.clientID, byteCount) { [address] (turn) throws(Problem) in
                try turn.send(send.request, from: address, to: send.to)
            }
        case .post(let post):
            submit(post.request.clientID, byteCount) { [address] (turn) throws(Problem) in
                try turn.post(post.request, to: post.conversation, by: address)
            }
        case .delivered(let delivered):
            guard let last = state.last else { return }
            desk.assumeIsolated { $0.delivered(address, through: min(delivered.through, last)) }
        case .request(let request): run(request, byteCount)
        case .ping(let ping): tell(.pong(ping))
        case .authenticate: break  // Known already.
        }
    }

    /// A send or post: answered from the commit, in its order.
    private func submit(
        _ clientID: ClientID, _ byteCount: Int,
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> Accepted
    ) {
        let services = front.services
        let switchboard = front.switchboard
        do {
            try services.limiters.sends.take(address, now: services.chat.clock())
        } catch {
            services.metrics.countRefused()
            return tell(.refused(.init(clientID: clientID, problem: error)))
        }
        services.chat.submit(checksFirst: true, byteCount: 256 + byteCount, verb) { [self] (result) in
            switch result {
            case .success(let accepted):
                services.metrics.countAccepted(isReplay: accepted.isReplay)
                switchboard.tell(self, .accepted(accepted))
            case .failure(let problem):
                services.metrics.countRefused()
                if problem.code == .quotaExceeded { services.metrics.countOverQuota() }
                switchboard.tell(self, .refused(.init(clientID: clientID, problem: problem)))
                // A store that takes no commands ends no batch either.
                switchboard.flush()
            }
        }
    }

    /// An ephemeral send: answered beside the store, as soon as it was checked.
    private func pass(_ send: ClientFrame.Send, _ byteCount: Int) {
        let services = front.services
        let clientID = send.request.clientID
        do throws(Problem) {
            try services.limiters.sends.take(address, now: services.chat.clock())
            try beginRequest()
        } catch {
            services.metrics.countRefused()
            return tell(.refused(.init(clientID: clientID, problem: error)))
        }
        Task.immediate(executorPreference: desk.loop) {
            do throws(Problem) {
                let accepted = try await services.chat.pass(byteCount: 256 + byteCount) {
                    [address] (look) throws(Problem) in
                    try look.pass(send.request, from: address, to: send.to)
                }
                services.metrics.countAccepted(isReplay: false)
                tell(.accepted(accepted))
            } catch {
                services.metrics.countRefused()
                tell(.refused(.init(clientID: clientID, problem: error)))
            }
            runningRequests -= 1
        }
    }

    private func beginRequest() throws(Problem) {
        guard runningRequests < Self.runningRequestsMax else {
            throw Problem(.rateLimited, "At most \(Self.runningRequestsMax) requests at once.", retryAfterSeconds: 1)
        }
        runningRequests += 1
    }

    private func run(_ request: ClientFrame.Request, _ byteCount: Int) {
        do throws(Problem) {
            try beginRequest()
        } catch {
            return answer(request.id, error.reply(requestID: String(request.id)))
        }
        guard front.router.takesRoom(request.method, request.path) else { return start(request, byteCount) }
        socket.hold(byteCount: byteCount)
        pages.append((request, byteCount))
        readPage()
    }

    /// Reads the next page that was asked for, when the one before is written and there is room in the socket: what
    /// others have posted into it must not be more than the socket holds.
    func readPage() {
        guard !isReadingPage, !pages.isEmpty, !state.isClosed else { return }
        guard socket.bufferedByteCount <= Self.backlogByteCountMark else { return tellWhenDrained() }
        guard let (request, byteCount) = pages.popFirst() else { return }
        socket.hold(byteCount: -byteCount)
        isReadingPage = true
        start(request, byteCount, takesRoom: true)
    }

    private func start(_ request: ClientFrame.Request, _ byteCount: Int, takesRoom: Bool = false) {
        let form = form
        let inner = Request(
            id: String(request.id), method: request.method, target: request.path,
            body: request.body.map { .value($0, form, byteCount: byteCount) } ?? .none, authorization: nil,
            socketDevice: address, idempotencyKey: request.idempotencyKey?.description, remoteAddress: remoteAddress)
        Task.immediate(executorPreference: desk.loop) {
            let reply = await front.router.reply(to: inner)
            runningRequests -= 1
            answer(request.id, reply)
            if takesRoom {
                isReadingPage = false
                readPage()
            }
        }
    }

    private func answer(_ id: UInt64, _ reply: Reply) {
        // Encoding a page for nobody would keep those waiting who are there.
        guard !state.isClosed else { return }
        var body: WireValue?
        switch reply.body {
        case .none: break
        case .record(let record): body = try? WireValue.parse(record.encoded(as: form), as: form)
        case .bytes(let bytes, _): body = .text(String(decoding: bytes, as: UTF8.self))
        }
        let bytes = ServerFrame.response(.init(id: id, status: UInt64(reply.status), body: body)).encoded(as: form)
        front.services.weigh(reply, byteCount: bytes.count)
        write(bytes)
        reply.roomPart?.keep(untilSentOn: desk.loop)
    }
}
