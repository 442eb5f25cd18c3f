public import Wire

/// One mutation.
public struct Command: Sendable {
    /// True when the body throws only before its first write. Such a command needs no savepoint, which is most of
    /// the cost of a small one; throwing after a write is a bug of ours, and traps.
    public let checksFirst: Bool

    /// About how much memory the command holds on to, in bytes: the queue is bounded by it.
    public let byteCount: Int

    /// Runs on the writer thread, inside the transaction. Must not block, and must have no effect outside `tables`
    /// but through what `done` is given. When it throws, its writes are undone and the rest of the batch goes on.
    public let run: @Sendable (Tables) throws(Problem) -> Void

    /// Runs on the writer thread after the commit, in the order of submission. Must not block.
    /// Storage that is full, failing or closed arrives here too, as a problem.
    public let done: @Sendable (Result<Void, Problem>) -> Void

    public init(
        checksFirst: Bool = false,
        byteCount: Int = 256,
        run: @escaping @Sendable (Tables) throws(Problem) -> Void,
        done: @escaping @Sendable (Result<Void, Problem>) -> Void
    ) {
        self.checksFirst = checksFirst
        self.byteCount = max(0, byteCount)
        self.run = run
        self.done = done
    }
}
