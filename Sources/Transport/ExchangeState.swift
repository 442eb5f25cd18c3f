import CTransport

/// One request and its answer. Lives on the connection's loop, which is why it is `Sendable`.
final class ExchangeState: @unchecked Sendable {
    enum Phase {
        case waiting
        /// The head is out; `chunked` says how the body is framed.
        case streaming(chunked: Bool, hasBody: Bool)
        case finished
    }

    /// Bytes that may wait to be written before a writer has to.
    static let bufferedByteCountMax = 256 * 1024

    typealias Writer = CheckedContinuation<Result<Void, TransportError>, Never>

    let connection: ServerConnection
    let head: RequestHead
    /// Set from any thread by whoever begins the answer, so that two cannot.
    let answered = OnceFlag()
    var body: BodyReader
    private(set) var phase = Phase.waiting
    /// No answer has begun.
    var isWaiting: Bool { if case .waiting = phase { true } else { false } }
    private var writers: [Writer] = []
    private var failure: TransportError?

    init(connection: ServerConnection, head: RequestHead) {
        self.connection = connection
        self.head = head
        body = BodyReader(handle: connection.handle, hasBody: head.hasBody)
    }

    var hasHungUp: Bool { failure != nil || ct_has_ended(connection.handle) }

    // MARK: Answering

    func respond(status: Int, headers: [(String, String)], body: [UInt8]) {
        guard isWaiting, failure == nil else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        ResponseHead.append(status: status, headers: headers, to: &bytes)
        if !ResponseHead.isBodiless(status: status) {
            ResponseHead.appendField("Content-Length", String(body.count), to: &bytes)
        }
        endHead(&bytes)
        let sent = head.method == "HEAD" || ResponseHead.isBodiless(status: status) ? [] : body
        // Straight to where it is zeroed once it has left: a body may be a login's tokens.
        connection.write(
            SharedBytes(byteCount: bytes.count + sent.count) { (room) in
                room.copyBytes(from: bytes)
                UnsafeMutableRawBufferPointer(rebasing: room[bytes.count...]).copyBytes(from: sent)
            })
        finish()
    }

    /// Sends the head of a streamed response; without a length it is chunked, or ends with the connection for HTTP/1.0.
    func begin(status: Int, headers: [(String, String)], byteCount: Int?) {
        guard isWaiting, failure == nil else { return }
        let hasBody = head.method != "HEAD" && !ResponseHead.isBodiless(status: status)
        let chunked = byteCount == nil && head.minorVersion > 0
        if byteCount == nil && !chunked { ct_http_close_after(connection.handle) }
        var bytes: [UInt8] = []
        ResponseHead.append(status: status, headers: headers, to: &bytes)
        if !ResponseHead.isBodiless(status: status) {
            if let byteCount { ResponseHead.appendField("Content-Length", String(byteCount), to: &bytes) }
            if chunked { ResponseHead.appendField("Transfer-Encoding", "chunked", to: &bytes) }
        }
        endHead(&bytes)
        connection.write(SharedBytes(bytes))
        phase = .streaming(chunked: chunked, hasBody: hasBody)
    }

    func write(_ bytes: [UInt8], _ writer: Writer) {
        guard failure == nil, case .streaming(let chunked, let hasBody) = phase else {
            return writer.resume(returning: .failure(failure ?? .closedLocally))
        }
        if hasBody && !bytes.isEmpty {
            connection.write(SharedBytes(chunked ? Self.chunk(bytes) : bytes))
        }
        resumeWhenDrained(writer)
    }

    /// A stretch of a file, for a body whose length was said. Takes the descriptor.
    func write(file descriptor: Int32, offset: UInt64, byteCount: UInt64, _ writer: Writer) {
        guard failure == nil, case .streaming(false, let hasBody) = phase else {
            FileBody.close(descriptor)
            return writer.resume(returning: .failure(failure ?? .closedLocally))
        }
        if hasBody && byteCount > 0 {
            ct_write_file(connection.handle, descriptor, offset, byteCount)
        } else {
            FileBody.close(descriptor)
        }
        resumeWhenDrained(writer)
    }

    private func resumeWhenDrained(_ writer: Writer) {
        guard ct_buffered(connection.handle) > Self.bufferedByteCountMax else {
            return writer.resume(returning: .success(()))
        }
        writers.append(writer)
        ct_notify_drained(connection.handle, Self.bufferedByteCountMax / 4)
    }

    /// The rest of the body is a stretch of a file. Takes the descriptor.
    func finish(withFile descriptor: Int32, offset: UInt64, byteCount: UInt64) {
        guard failure == nil, case .streaming(_, true) = phase else {
            FileBody.close(descriptor)
            return finishStream()
        }
        ct_write_file(connection.handle, descriptor, offset, byteCount)
        finish()
    }

    func finishStream() {
        guard failure == nil, case .streaming(let chunked, let hasBody) = phase else { return }
        if chunked && hasBody { connection.write(SharedBytes(Array("0\r\n\r\n".utf8))) }
        finish()
    }

    /// A streamed answer that will not be completed: the peer must see that it is cut.
    func cut() {
        guard failure == nil, case .streaming = phase else { return }
        phase = .finished
        ct_abort(connection.handle)
    }

    /// Nobody will answer through this any more.
    func abandon() {
        _ = answered.set()
        phase = .finished
    }

    func becomeWebSocket(_ configuration: ct_websocket_configuration, owner: WebSocket, head: [UInt8]) {
        guard isWaiting, failure == nil else { return owner.neverOpened(failure ?? .closedLocally) }
        phase = .finished
        connection.write(SharedBytes(head))
        connection.becomeWebSocket(configuration, owner: owner)
    }

    private func endHead(_ bytes: inout [UInt8]) {
        connection.loop.date.append(to: &bytes)
        if ct_http_will_close(connection.handle) { ResponseHead.appendField("Connection", "close", to: &bytes) }
        ResponseHead.endLine(&bytes)
    }

    private func finish() {
        phase = .finished
        body.over()
        connection.finish()
    }

    private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        var framed: [UInt8] = []
        framed.reserveCapacity(bytes.count + 12)
        framed.append(contentsOf: String(bytes.count, radix: 16).utf8)
        ResponseHead.endLine(&framed)
        framed.append(contentsOf: bytes)
        ResponseHead.endLine(&framed)
        return framed
    }

    // MARK: What the connection tells

    func drained() { resumeWriters(.success(())) }

    func connectionClosed(_ why: TransportError) {
        failure = why
        body.failed(why)
        resumeWriters(.failure(why))
    }

    private func resumeWriters(_ result: Result<Void, TransportError>) {
        let due = writers
        writers = []
        for writer in due { writer.resume(returning: result) }
    }
}
