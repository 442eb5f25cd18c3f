import Threads
public import Wire

/// Room for bytes that are under way at once, whoever they are of.
public final class ByteRoom: @unchecked Sendable {
    private let byteCountMax: Int
    private let lock = Lock()
    // Unchecked because this is guarded by `lock`.
    private var byteCount = 0

    /// - Parameter byteCountMax: what is in it at once; one that is larger has it alone.
    public init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// Takes room; ``leave(_:)`` gives it back.
    /// - Throws: `overloaded` where there is none.
    public func enter(_ count: Int) throws(Problem) {
        let isIn = lock.withLock {
            guard byteCount == 0 || byteCount + count <= byteCountMax else { return false }
            byteCount += count
            return true
        }
        guard isIn else {
            throw Problem(.overloaded, "Too much is under way; try again in a second.", retryAfterSeconds: 1)
        }
    }

    /// Gives back what was taken.
    public func leave(_ count: Int) { lock.withLock { byteCount -= count } }
}
