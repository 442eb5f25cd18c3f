/// A value that changes, watched for as long as somebody iterates: first as it is, then whenever it is another one.
///
/// Any number may watch. Whoever is slow skips what lies between and gets the newest; nobody waits for a watcher, and
/// none holds more than one value. It ends when the client is closed, or when the task that iterates is cancelled.
public struct Observed<Value: Sendable & Equatable>: AsyncSequence, Sendable {
    public typealias Element = Value
    public typealias Failure = Never

    private let start: @Sendable () async -> AsyncStream<Value>

    /// - Parameter start: begins to watch; the stream holds the newest value alone, and has the present one.
    init(_ start: @escaping @Sendable () async -> AsyncStream<Value>) { self.start = start }

    public func makeAsyncIterator() -> Iterator { Iterator(start: start) }

    /// One who watches.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let start: @Sendable () async -> AsyncStream<Value>
        private var stream: AsyncStream<Value>.Iterator?
        private var last: Value?

        fileprivate init(start: @escaping @Sendable () async -> AsyncStream<Value>) { self.start = start }

        /// The value, once it is another one than this watcher was given last; `nil` at the end.
        public mutating func next() async -> Value? { await next(isolation: nil) }

        /// As ``next()``, for whoever is isolated.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> Value? {
            var current = if let stream { stream } else { await start().makeAsyncIterator() }
            var value = await current.next(isolation: actor)
            // What lay between was skipped, and it is what it was.
            while value != nil, value == last { value = await current.next(isolation: actor) }
            stream = current
            last = value
            return value
        }
    }
}
