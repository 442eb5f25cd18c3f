/// How long to wait before the next try to connect: doubling from a quarter of a second to half a minute, half of it
/// by chance, so that clients that lost the same server do not come back at the same moment.
struct Backoff {
    static let baseMilliseconds: UInt64 = 250
    static let ceilingMilliseconds: UInt64 = 30_000

    private var failures: UInt64 = 0

    /// - Parameters:
    ///   - chance: from 0 up to 1.
    ///   - wish: what the server asked for; never undercut.
    mutating func next(chance: Double, atLeast wish: UInt64 = 0) -> UInt64 {
        let doubled = Self.baseMilliseconds << min(failures, 10)
        failures += 1
        let full = min(Self.ceilingMilliseconds, doubled)
        let jittered = full / 2 + UInt64(Double(full / 2) * min(max(chance, 0), 1))
        // What the server asked of everyone is spread as well.
        return wish == 0 ? jittered : wish + UInt64(Double(wish) * min(max(chance, 0), 1) / 2) + jittered / 2
    }

    /// A try was of use.
    mutating func succeeded() { failures = 0 }
}
