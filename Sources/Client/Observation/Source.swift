/// A value that changes, and who watches it. Belongs to the owner.
final class Source<Value: Sendable & Equatable> {
    private var watchers: [UInt64: AsyncStream<Value>.Continuation] = [:]
    private var watcherCount: UInt64 = 0
    /// What was told last; `nil` while nobody watches.
    private var told: Value?

    /// Whether it is worth the work to find out what the value is.
    var isWatched: Bool { !watchers.isEmpty }

    /// - Parameters:
    ///   - present: the value as it is now.
    ///   - ended: called, from any thread, when this watcher is gone; it is to lead to ``forget(_:)``.
    func watch(_ present: Value, ended: @escaping @Sendable (_ watcher: UInt64) -> Void) -> AsyncStream<Value> {
        set(present)
        let (stream, continuation) = AsyncStream<Value>.makeStream(bufferingPolicy: .bufferingNewest(1))
        watcherCount += 1
        let number = watcherCount
        continuation.onTermination = { (_) in ended(number) }
        watchers[number] = continuation
        told = present
        continuation.yield(present)
        return stream
    }

    /// Tells every watcher, unless it is the value that they know.
    func set(_ value: Value) {
        guard isWatched, value != told else { return }
        told = value
        for watcher in watchers.values { watcher.yield(value) }
    }

    func forget(_ watcher: UInt64) {
        watchers[watcher] = nil
        if watchers.isEmpty { told = nil }
    }

    /// Nothing more is told.
    func finish() {
        let ended = watchers.values
        watchers = [:]
        told = nil
        for watcher in ended { watcher.finish() }
    }
}
