/// A request's body in pieces. One reader, once.
public struct RequestBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = TransportError

    let state: ExchangeState
    let limit: Int

    public func makeAsyncIterator() -> Iterator { Iterator(state: state, limit: limit) }

    /// Asks for one piece after another.
    public struct Iterator: AsyncIteratorProtocol {
        let state: ExchangeState
        let limit: Int
        private var isStarted = false

        init(state: ExchangeState, limit: Int) {
            self.state = state
            self.limit = limit
        }

        /// The next piece, at most 64 KiB, never empty; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(TransportError) -> [UInt8]? {
            let isFirst = !isStarted
            isStarted = true
            let (state, limit) = (state, limit)
            let result = await withCheckedContinuation(isolation: actor) { (reader: BodyReader.ChunkReader) in
                state.connection.loop.perform {
                    if isFirst && !state.body.readChunks(limit: limit, expected: state.head.contentLength) {
                        return reader.resume(returning: .failure(.bodyTooLarge(limitByteCount: limit)))
                    }
                    state.body.nextChunk(reader)
                }
            }
            return try result.get()
        }

        public mutating func next() async throws(TransportError) -> [UInt8]? {
            try await next(isolation: nil)
        }
    }
}
