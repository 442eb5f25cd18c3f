/// What a listener does with requests.
public struct Handler: Sendable {
    /// Called on the connection's loop when a head is complete. Must not block; start what waits with
    /// `Task.immediate(executorPreference: exchange.loop)`.
    public var request: @Sendable (HTTPExchange) -> Void
    /// What goes with a refusal that the transport itself makes: 400, 408, 431, 501 or 505.
    public var refusal: @Sendable (_ status: Int) -> (headers: [(String, String)], body: [UInt8])

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
