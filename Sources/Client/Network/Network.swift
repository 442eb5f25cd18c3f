import Transport

/// What a client asks of the network. A test answers in its place.
struct Network: Sendable {
    struct Request: Sendable {
        var method: String
        /// With the query.
        var path: String
        var headers: [(String, String)] = []
        var body: [UInt8] = []
    }

    struct Answer: Sendable {
        var status: Int
        var mediaType: String
        var body: [UInt8]
        /// How much of an upload the server has, where it says so.
        var uploadOffset: UInt64?
    }

    /// One request and its answer.
    var exchange: @Sendable (Request) async throws(TransportError) -> Answer
    /// Opens the socket at a path.
    var openLine: @Sendable (_ path: String, _ subprotocols: [String]) async throws(TransportError) -> SocketLine
    /// Lets go of what is open.
    var close: @Sendable () async -> Void
}

/// An open socket.
struct SocketLine: Sendable {
    enum Incoming: Sendable, Equatable {
        case message([UInt8])
        case closed(code: UInt16)
    }

    /// What comes, in order; ends after `closed`.
    var incoming: AsyncStream<Incoming>
    /// A message was dealt with: holds the server back while too many are not.
    var taken: @Sendable (_ byteCount: Int) -> Void
    /// Messages that have come and were not dealt with.
    var waitingCount: @Sendable () -> Int = { 0 }
    var send: @Sendable ([UInt8]) -> Void
    /// Says goodbye and ends it, after what was sent; `closed` follows.
    var close: @Sendable () -> Void
    /// Returns when it has ended; cancelling changes nothing.
    var gone: @Sendable () async -> Void
    /// Ends it at once.
    var cut: @Sendable () -> Void
}
