public import Transport
public import Wire

/// A socket that speaks frames, for tests that want to see each of them.
public final class FrameSocket: Sendable {
    public struct Closed: Error, Equatable {
        public let code: UInt16
    }

    private enum Item: Sendable {
        case frame(ServerFrame)
        case closed(UInt16)
    }

    public let form: WireForm
    public let socket: WebSocket
    private let reader: Reader

    /// One test reads a socket, and waits for one frame at a time: that is what keeps this safe.
    private final class Reader: @unchecked Sendable {
        var iterator: AsyncStream<Item>.Iterator
        init(_ items: AsyncStream<Item>) { iterator = items.makeAsyncIterator() }
    }

    /// - Parameters:
    ///   - token: offered as a subprotocol; `nil` leaves it to a first frame.
    ///   - headers: more fields of the upgrade.
    public init(
        port: UInt16, token: String?, form: WireForm = .cbor, headers: [(String, String)] = [],
        queueByteCountMax: Int = 64 << 20
    ) async throws {
        self.form = form
        let (items, continuation) = AsyncStream<Item>.makeStream()
        reader = Reader(items)
        let context = WireContext(form: form, refusesUnknownFields: false)
        let handler = WebSocketHandler(
            message: { (_, message) in
                guard let frame = try? ServerFrame.decode(message.copy(), in: context) else { return }
                continuation.yield(.frame(frame))
            },
            closed: { (_, code, _) in
                continuation.yield(.closed(code))
                continuation.finish()
            })
        socket = try await WebSocketClient.connect(
            host: "127.0.0.1", port: port, target: "/v1/ws",
            subprotocols: [form.subprotocol] + (token.map { ["bearer.\($0)"] } ?? []), headers: headers,
            on: TestLoops.loop,
            configuration: WebSocketConfiguration(queueByteCountMax: queueByteCountMax), handler: handler)
    }

    public func send(_ frame: ClientFrame) {
        let bytes = frame.encoded(as: form)
        switch form {
        case .cbor: socket.send(binary: bytes)
        case .json: socket.send(text: SharedBytes(bytes))
        }
    }

    /// The next frame.
    /// - Throws: ``Closed`` when the socket is, also because nothing came for ten seconds.
    public func next() async throws -> ServerFrame {
        let timer = TestLoops.loop.schedule(after: .seconds(10)) { [socket] in socket.abort() }
        defer { timer.cancel() }
        switch await reader.iterator.next() {
        case .frame(let frame): return frame
        case .closed(let code): throw Closed(code: code)
        case nil: throw Closed(code: 1006)
        }
    }

    /// Skips frames until one fits.
    public func first<R>(_ match: (ServerFrame) -> R?) async throws -> R {
        while true {
            if let found = match(try await next()) { return found }
        }
    }

    /// Hello, then everything up to the end of the queue.
    public func backlog() async throws -> [Envelope] {
        var envelopes: [Envelope] = []
        while true {
            switch try await next() {
            case .envelope(let envelope): envelopes.append(envelope)
            case .queueEmpty: return envelopes
            default: break
            }
        }
    }

    /// How it was closed, whatever comes before.
    public func closeCode() async -> UInt16 {
        while true {
            do { _ = try await next() } catch { return (error as? Closed)?.code ?? 0 }
        }
    }

    public func close() { socket.close() }
}
