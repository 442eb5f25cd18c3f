import CTransport

/// One request, and the one answer to it.
///
/// Every call may come from any thread; what it does happens on the loop. The first answer counts, later ones are
/// ignored. An exchange that goes without an answer is answered with 500.
public final class HTTPExchange: Sendable {
    public let head: RequestHead
    public let loop: EventLoop
    private let state: ExchangeState

    init(_ state: ExchangeState) {
        self.state = state
        head = state.head
        loop = state.connection.loop
    }

    deinit {
        guard state.answered.set() else { return }
        let state = state
        loop.perform { state.respond(status: 500, headers: [], body: []) }
    }

    /// The numeric address the request came from (a proxy's, behind one).
    public var remoteAddress: String { state.connection.remoteAddress }

    // MARK: Reading

    /// The whole body, at most `limit` bytes. A `Content-Length` above it is refused before anything is read.
    ///
    /// - Throws: ``TransportError/bodyTooLarge(limitByteCount:)`` (the answer is still yours to give), `malformed` and
    ///   `timedOut` (already answered), `closedByPeer`.
    public func body(limit: Int) async throws(TransportError) -> [UInt8] {
        let result = await withCheckedContinuation { (reader: BodyReader.WholeReader) in
            loop.perform { [state] in
                state.body.readWhole(limit: limit, expected: state.head.contentLength, reader)
            }
        }
        return try result.get()
    }

    /// The body in pieces as they come, at most `limit` bytes in all. Reading waits while nobody asks for the next.
    public func bodyChunks(limit: Int = .max) -> RequestBody {
        RequestBody(state: state, limit: limit)
    }

    // MARK: Answering

    /// Answers with a whole body; `Content-Length` is added, and `Connection: close` when it must be.
    public func respond(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        guard state.answered.set() else { return }
        loop.perform { [state] in state.respond(status: status, headers: headers, body: body) }
    }

    /// Answers with a body still to come: chunked, or of `byteCount` bytes exactly when given.
    public func respondStreaming(
        status: Int, headers: [(String, String)] = [], byteCount: Int? = nil
    ) -> ResponseWriter {
        guard state.answered.set() else { return ResponseWriter(state: nil, loop: loop) }
        loop.perform { [state] in state.begin(status: status, headers: headers, byteCount: byteCount) }
        return ResponseWriter(state: state, loop: loop)
    }

    /// Answers with a file, or the part of it that a single `Range` asks for (206, or 416 when there is none such).
    ///
    /// Several ranges, and a range under an `If-Range` that is not the `ETag` among `headers`, get the whole file.
    /// - Throws: ``TransportError/fileUnavailable(_:)``; the answer is still yours to give.
    public func respondFile(_ file: FileBody, headers: [(String, String)] = []) throws(TransportError) {
        let open = try file.open()
        guard state.answered.set() else { return FileBody.close(open.descriptor) }
        let entityTag = headers.first { $0.0.lowercased() == "etag" }?.1
        let isRangeWanted = head.method == "GET" && head.headers["if-range"].map { $0 == entityTag } ?? true
        let range = isRangeWanted ? head.headers["range"] : nil
        let plan = ByteRange.plan(range: range, byteCount: open.byteCount)
        loop.perform { [state] in
            let extra = headers + [("Accept-Ranges", "bytes")] + plan.headers
            state.begin(status: plan.status, headers: extra, byteCount: Int(clamping: plan.byteCount))
            state.finish(withFile: open.descriptor, offset: plan.offset, byteCount: plan.byteCount)
        }
    }

    /// Whether the peer is gone, or has ended its side: then it has most probably hung up. Asked on the loop.
    public var hasHungUp: Bool { state.hasHungUp }

    /// Which part of `byteCount` bytes is asked for: 206 for a single `Range` of them, 416 for one beyond the end,
    /// 200 for the whole. `If-Range` is compared with `entityTag`.
    public func requestedPart(of byteCount: UInt64, entityTag: String?) -> RequestedPart {
        let isRangeWanted = head.method == "GET" && head.headers["if-range"].map { $0 == entityTag } ?? true
        let plan = ByteRange.plan(range: isRangeWanted ? head.headers["range"] : nil, byteCount: byteCount)
        return RequestedPart(
            status: plan.status, bytes: plan.offset..<(plan.offset + plan.byteCount),
            headers: [("Accept-Ranges", "bytes")] + plan.headers)
    }

    /// Makes the connection a WebSocket. `subprotocol` must be one of ``RequestHead/offeredSubprotocols``.
    ///
    /// - Throws: ``TransportError/notAnUpgrade``; answer with 400 or 426 then.
    @discardableResult
    public func acceptWebSocket(
        subprotocol: String? = nil, headers: [(String, String)] = [],
        configuration: WebSocketConfiguration = WebSocketConfiguration(), handler: WebSocketHandler
    ) throws(TransportError) -> WebSocket {
        guard let key = head.webSocketKey else { throw .notAnUpgrade }
        guard state.answered.set() else { throw .closedLocally }
        var bytes: [UInt8] = []
        let upgrade = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", acceptKey(key))]
        let chosen = subprotocol.map { [("Sec-WebSocket-Protocol", $0)] } ?? []
        ResponseHead.append(status: 101, headers: upgrade + chosen + headers, to: &bytes)
        ResponseHead.endLine(&bytes)
        ct_retain(state.connection.handle)
        let socket = WebSocket(
            loop: loop, handle: state.connection.handle, handler: handler, subprotocol: subprotocol)
        let response = bytes
        loop.perform { [state] in
            state.becomeWebSocket(configuration.forC(isClient: false), owner: socket, head: response)
        }
        return socket
    }
}

/// `Sec-WebSocket-Accept` for a key. RFC 6455, section 4.2.2.
func acceptKey(_ key: String) -> String {
    var text = [CChar](repeating: 0, count: 29)
    let bytes = Array(key.utf8)
    ct_websocket_accept_key(bytes, bytes.count, &text)
    return String(decoding: text.prefix(28).map(UInt8.init(bitPattern:)), as: UTF8.self)
}
