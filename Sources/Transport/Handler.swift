/// What a listener does with requests.
public struct Handler: Sendable {
    /// Called on the connection's loop when a head is complete. Must not block; start what waits with
    /// `Task.immediate(executorPreference: exchange.loop)`.
    public var request: @Sendable (HTTPExchange) -> Void
    /// What goes with a refusal that the transport itself makes: 400, 408, 431, 501 or 505.
    public var refusal: @Sendable (_ status: Int) -> (headers: [(String, String)], body: [UInt8])
    /// Hears that more waits for peers than ``Listener/Configuration/heldByteCountMax``, and then that whoever was to
    /// be cut is. It takes several loops some turns: what is made meanwhile adds to it. Called on any loop; of one
    /// loop alone never, which cuts at once.
    public var crowded: @Sendable (_ isCrowded: Bool) -> Void = { _ in }

    public init(
        request: @escaping @Sendable (HTTPExchange) -> Void,
        refusal: @escaping @Sendable (_ status: Int) -> (headers: [(String, String)], body: [UInt8]) = { _ in ([], []) }
    ) {
        self.request = request
        self.refusal = refusal
    }

    /// A handler that may wait: each request runs as a task that prefers its connection's loop.
    public static func concurrent(_ body: @escaping @Sendable (HTTPExchange) async -> Void) -> Handler {
        Handler(request: { exchange in
            Task.immediate(executorPreference: exchange.loop) { await body(exchange) }
        })
    }
}
