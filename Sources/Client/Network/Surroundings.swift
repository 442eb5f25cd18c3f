import Wire

/// Time and chance, which a test decides.
struct Surroundings: Sendable {
    var now: @Sendable () -> Timestamp
    /// Returns early, with an error, when its task is cancelled.
    var sleep: @Sendable (_ milliseconds: UInt64) async throws -> Void
    /// From zero up to, and without, one.
    var chance: @Sendable () -> Double

    static let real = Surroundings(
        now: { SystemClock.now },
        sleep: { (milliseconds) in try await Task.sleep(for: .milliseconds(Int64(clamping: milliseconds))) },
        chance: { Double.random(in: 0..<1) })
}
