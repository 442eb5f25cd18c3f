import Glibc

/// The body of a streamed response. A writer that goes unfinished cuts the connection, so that nobody takes half a
/// body for a whole one.
public final class ResponseWriter: Sendable {
    private let state: ExchangeState?
    private let loop: EventLoop
    private let isFinished = OnceFlag()

    init(state: ExchangeState?, loop: EventLoop) {
        self.state = state
        self.loop = loop
    }

    deinit {
        guard isFinished.set(), let state else { return }
        loop.perform { state.cut() }
    }

    /// Queues `bytes`, and waits while more than 256 KiB have not left yet.
    ///
    /// - Throws: `closedByPeer`, `timedOut` (a reader too slow), `closedLocally` (finished, or answered by another).
    public func write(_ bytes: [UInt8]) async throws(TransportError) {
        guard let state, !isFinished.isSet else { throw .closedLocally }
        let result = await withCheckedContinuation { (writer: ExchangeState.Writer) in
            loop.perform { state.write(bytes, writer) }
        }
        try result.get()
    }

    /// Queues a stretch of an open file, which `sendfile` takes out; waits as ``write(_:)`` does. The file must keep
    /// its length, and the descriptor stays the caller's.
    ///
    /// - Throws: `fileUnavailable`; else as ``write(_:)``.
    public func write(
        file descriptor: Int32, offset: UInt64, byteCount: UInt64
    ) async throws(TransportError) {
        guard let state, !isFinished.isSet else { throw .closedLocally }
        let copy = FileBody.duplicate(descriptor)
        guard copy >= 0 else { throw .fileUnavailable(errno) }
        let result = await withCheckedContinuation { (writer: ExchangeState.Writer) in
            loop.perform { state.write(file: copy, offset: offset, byteCount: byteCount, writer) }
        }
        try result.get()
    }

    /// Ends the response.
    public func finish() {
        guard isFinished.set(), let state else { return }
        loop.perform { state.finishStream() }
    }
}
