import CTransport

/// One address, held by this listener alone, on which every loop of a group accepts connections.
///
/// State: the C side's, which is counted and safe from any thread; that is why this is `Sendable`.
public final class Listener: @unchecked Sendable {
    /// Where to listen, and within which bounds.
    public struct Configuration: Sendable {
        /// A numeric address.
        public var host: String
        /// 0 takes a free one: see ``Listener/port``.
        public var port: UInt16
        public var tls: TLSConfiguration?
        public var limits = ConnectionLimits()
        /// Connections above it are closed as soon as they come.
        public var connectionCountMax = 100_000
        /// Bytes that may wait for all peers together: what they do not read, and what they have not finished to send.
        /// Above it, of those who hold at least half of the average, whose oldest byte waits longest is cut.
        public var heldByteCountMax = 64 << 20

        public init(host: String = "127.0.0.1", port: UInt16 = 0, tls: TLSConfiguration? = nil) {
            self.host = host
            self.port = port
            self.tls = tls
        }
    }

    /// Counts since the start; `open`, `webSockets` and `held` are of now.
    public struct Totals: Sendable, Equatable {
        public let accepted, refused, open, webSockets, bytesIn, bytesOut, acceptErrors: Int
        /// Bytes that wait for peers now, and connections that were cut because there were too many.
        public let held, heldCuts: Int
    }

    private let handle: OpaquePointer
    private let group: EventLoopGroup
    private let isServed = OnceFlag()

    /// Listens and serves at once.
    ///
    /// - Throws: as ``bind(_:on:)``.
    public static func start(
        _ configuration: Configuration, on group: EventLoopGroup, handler: Handler
    ) throws(TransportError) -> Listener {
        let listener = try bind(configuration, on: group)
        listener.serve(handler)
        return listener
    }

    /// Takes the address. Who connects waits until ``serve(_:)``, in the system's queue.
    ///
    /// - Throws: ``TransportError/addressInUse``; ``TransportError/cannotListen(_:)``.
    public static func bind(
        _ configuration: Configuration, on group: EventLoopGroup
    ) throws(TransportError) -> Listener {
        var limits = configuration.limits.forC
        var text = ErrorText()
        var isInUse = false
        let loops = group.loops.map { Optional($0.handle) }
        let made = text.fill { error, size in
            ct_listen(
                loops, loops.count, configuration.host, configuration.port, configuration.tls?.handle, &limits,
                UInt64(max(0, configuration.connectionCountMax)), UInt64(max(0, configuration.heldByteCountMax)),
                &isInUse, error, size)
        }
        guard let made else { throw isInUse ? .addressInUse : .cannotListen(text.string) }
        return Listener(handle: made, group: group)
    }

    /// Accepts connections from now on. Once only.
    public func serve(_ handler: Handler) {
        guard isServed.set() else { preconditionFailure("a listener serves with one handler") }
        ct_listener_serve(
            handle, ConnectionOwner.callbacks,
            { context, index, connection in
                guard let context, let connection else { return nil }
                return Unmanaged<Doorkeeper>.fromOpaque(context).takeUnretainedValue().admit(index, connection)
            },
            { context, isCrowded in
                context.map { Unmanaged<Doorkeeper>.fromOpaque($0).takeUnretainedValue().handler.crowded(isCrowded) }
            },
            { context in context.map { Unmanaged<Doorkeeper>.fromOpaque($0).release() } },
            Unmanaged.passRetained(Doorkeeper(loops: group.loops, handler: handler)).toOpaque())
    }

    private init(handle: OpaquePointer, group: EventLoopGroup) {
        self.handle = handle
        self.group = group
    }

    deinit {
        ct_listener_stop(handle, { _ in }, nil)
        ct_listener_release(handle)
    }

    /// The port it listens on, also where a free one was asked for.
    public var port: UInt16 { ct_listener_port(handle) }

    /// Counts of this moment.
    public var totals: Totals {
        var counts = ct_totals()
        ct_listener_totals(handle, &counts)
        return Totals(
            accepted: Int(clamping: counts.accepted), refused: Int(clamping: counts.refused),
            open: Int(clamping: counts.open), webSockets: Int(clamping: counts.webSockets),
            bytesIn: Int(clamping: counts.bytesIn), bytesOut: Int(clamping: counts.bytesOut),
            acceptErrors: Int(clamping: counts.acceptErrors), held: Int(clamping: counts.held),
            heldCuts: Int(clamping: counts.heldCuts))
    }

    /// Accepts no more. Returns when every loop has closed its door. Running connections go on, but each response
    /// from now on says `Connection: close`.
    public func stopAccepting() async {
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            let box = Unmanaged.passRetained(DoneBox(done))
            ct_listener_stop(
                handle,
                { context in
                    guard let context else { return }
                    Unmanaged<DoneBox>.fromOpaque(context).takeRetainedValue().done.resume()
                }, box.toOpaque())
        }
    }

    /// Ends in order: no more connections; idle ones close; `leaving` is called for every WebSocket on its loop (by
    /// default it closes with 1001); what runs may finish until `deadline` from now; the rest is cut.
    ///
    /// - Returns: how many connections had to be cut.
    @discardableResult
    public func shutdown(
        within deadline: Duration,
        leaving: @escaping @Sendable (WebSocket) -> Void = { $0.close(code: 1001) }
    ) async -> Int {
        await stopAccepting()
        for loop in group.loops {
            loop.perform { self.leave(loop, leaving) }
        }
        let end = ContinuousClock.now + deadline
        while totals.open > 0 && ContinuousClock.now < end { await pause(.milliseconds(5)) }
        let left = totals.open
        guard left > 0 else { return 0 }
        for loop in group.loops { loop.perform { ct_listener_cut(self.handle, loop.handle) } }
        while totals.open > 0 { await pause(.milliseconds(1)) }
        return left
    }

    private func leave(_ loop: EventLoop, _ leaving: @escaping @Sendable (WebSocket) -> Void) {
        let found = WebSocketList()
        ct_listener_web_sockets(
            handle, loop.handle,
            { context, raw in
                guard let context, let raw else { return }
                let owner = Unmanaged<ConnectionOwner>.fromOpaque(raw).takeUnretainedValue()
                guard let socket = owner as? WebSocket else { return }
                Unmanaged<WebSocketList>.fromOpaque(context).takeUnretainedValue().sockets.append(socket)
            }, Unmanaged.passUnretained(found).toOpaque())
        for socket in found.sockets { leaving(socket) }
        ct_listener_close_idle(handle, loop.handle)
    }

    private func pause(_ delay: Duration) async {
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            guard let loop = group.loops.first else { return done.resume() }
            loop.schedule(after: delay) { done.resume() }
        }
    }
}

/// Makes the owner of each accepted connection. Kept alive by the C side's listener.
private final class Doorkeeper: Sendable {
    private let loops: [EventLoop]
    let handler: Handler

    init(loops: [EventLoop], handler: Handler) {
        self.loops = loops
        self.handler = handler
    }

    func admit(_ index: Int, _ connection: OpaquePointer) -> UnsafeMutableRawPointer? {
        ServerConnection(loop: loops[index], handle: connection, handler: handler).retainedPointer()
    }
}

private final class DoneBox {
    let done: CheckedContinuation<Void, Never>
    init(_ done: CheckedContinuation<Void, Never>) { self.done = done }
}

private final class WebSocketList {
    var sockets: [WebSocket] = []
}
