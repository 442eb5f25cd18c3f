import CTransport
import Threads

/// The Swift end of a client's connection while it speaks HTTP.
///
/// State: belongs to the loop's thread.
final class ClientConnection: ConnectionOwner, @unchecked Sendable {
    struct Question: Sendable {
        let bytes: [UInt8]
        let isHead: Bool
        let limit: Int
        let timeout: Duration
    }

    typealias Answer = Handover<Result<HTTPResponse, TransportError>>
    typealias Upgraded = Handover<Result<WebSocket, TransportError>>
    typealias Opened = Handover<Result<ClientConnection, TransportError>>
    /// What to become when the answer is 101, and whom to tell.
    struct Upgrade {
        let key: String
        let offered: [String]
        let configuration: WebSocketConfiguration
        let handler: WebSocketHandler
        let done: Upgraded
    }

    private var opened: Opened?
    private var upgrade: Upgrade?
    private var waiting: [(Question, Answer)] = []
    private var asked: (question: Question, answer: Answer)?
    private var response: (status: Int, headers: HeaderFields, isLast: Bool)?
    private var collected: [UInt8] = []
    private var failure: TransportError?
    private let tls: TLSClientConfiguration?

    private init(loop: EventLoop, handle: OpaquePointer, tls: TLSClientConfiguration?) {
        self.tls = tls
        super.init(loop: loop, handle: handle)
    }

    static func connect(
        host: String, port: UInt16, tls: TLSClientConfiguration?, on loop: EventLoop, limits: ConnectionLimits
    ) async throws(TransportError) -> ClientConnection {
        let result = await handedOver { (opened: Opened) in
            loop.perform {
                if loop.isStopped { return opened.resume(returning: .failure(.closedLocally)) }
                var limits = limits.forC
                let handle = ct_connect(
                    loop.handle, host, port, tls?.handle, &limits, ConnectionOwner.callbacks, nil)
                guard let handle else { return opened.resume(returning: .failure(.cannotConnect)) }
                let connection = ClientConnection(loop: loop, handle: handle, tls: tls)
                connection.opened = opened
                ct_set_owner(handle, connection.retainedPointer())
            }
        }
        return try result.get()
    }

    func ask(_ question: Question) async throws(TransportError) -> HTTPResponse {
        let result = await handedOver { (answer: Answer) in
            loop.perform {
                if let failure = self.failure { return answer.resume(returning: .failure(failure)) }
                self.waiting.append((question, answer))
                self.askNext()
            }
        }
        return try result.get()
    }

    func ask(_ bytes: [UInt8], timeout: Duration, upgrade: Upgrade) {
        if let failure { return upgrade.done.resume(returning: .failure(failure)) }
        self.upgrade = upgrade
        write(SharedBytes(bytes))
        ct_http_expect(handle, false, timeout.millisecondsClamped)
    }

    func hangUp() { loop.perform { ct_abort(self.handle) } }

    private func askNext() {
        guard asked == nil, failure == nil, !waiting.isEmpty else { return }
        let next = waiting.removeFirst()
        asked = next
        write(SharedBytes(next.0.bytes))
        ct_http_expect(handle, next.0.isHead, next.0.timeout.millisecondsClamped)
    }

    // MARK: From the C side

    override func connected() {
        opened?.resume(returning: .success(self))
        opened = nil
    }

    override func head(_ head: ct_head) {
        let fields = HeaderFields(
            bytes: HeadBytes(head), spans: Array(UnsafeBufferPointer(start: head.fields, count: head.fieldCount)))
        let status = Int(head.status)
        response = (status, fields, !head.keepAlive)
        collected = []
        if let upgrade { return finish(upgrade, status, fields) }
        if let asked, head.contentLength > Int64(asked.question.limit) { tooLarge(asked.question.limit) }
    }

    override func body(_ bytes: UnsafeRawBufferPointer) {
        guard let asked else { return }
        guard bytes.count <= asked.question.limit - collected.count else { return tooLarge(asked.question.limit) }
        collected.append(contentsOf: bytes)
    }

    override func bodyEnd() {
        guard let asked, let response else { return }
        self.asked = nil
        self.response = nil
        let body = collected
        collected = []
        if response.isLast {
            failure = .closedByPeer
            ct_abort(handle)
        }
        asked.answer.resume(
            returning: .success(HTTPResponse(status: response.status, headers: response.headers, body: body)))
        askNext()
    }

    override func closed(_ why: TransportError, code: UInt16, reason: UnsafeRawBufferPointer) {
        let failure = failure ?? why
        self.failure = failure
        opened?.resume(returning: .failure(failure))
        opened = nil
        upgrade?.done.resume(returning: .failure(failure))
        upgrade = nil
        asked?.answer.resume(returning: .failure(failure))
        asked = nil
        let due = waiting
        waiting = []
        for (_, answer) in due { answer.resume(returning: .failure(failure)) }
    }

    private func tooLarge(_ limit: Int) {
        failure = .bodyTooLarge(limitByteCount: limit)
        ct_abort(handle)
    }

    /// RFC 6455, section 4.1: what the server must have answered.
    private func finish(_ upgrade: Upgrade, _ status: Int, _ fields: HeaderFields) {
        self.upgrade = nil
        let chosen = fields["sec-websocket-protocol"]
        guard status == 101, fields.contains("upgrade", token: "websocket"),
            fields.contains("connection", token: "upgrade"),
            fields["sec-websocket-accept"] == acceptKey(upgrade.key), fields["sec-websocket-extensions"] == nil,
            chosen.map({ upgrade.offered.contains($0) }) ?? true
        else {
            ct_abort(handle)
            let error: TransportError = status == 101 ? .malformed : .upgradeRefused(status: status)
            return upgrade.done.resume(returning: .failure(error))
        }
        ct_retain(handle)
        let socket = WebSocket(loop: loop, handle: handle, handler: upgrade.handler, subprotocol: chosen)
        var configuration = upgrade.configuration.forC(isClient: true)
        ct_websocket_start(handle, &configuration, socket.retainedPointer())
        Unmanaged.passUnretained(self).release() // the count the C side held for its owner
        upgrade.done.resume(returning: .success(socket))
    }
}
