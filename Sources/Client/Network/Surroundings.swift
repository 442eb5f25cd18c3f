import Glibc
import Wire

/// Time and chance, which a test decides.
struct Surroundings: Sendable {
    var now: @Sendable () -> Timestamp
    /// Returns early, with an error, when its task is cancelled.
    var sleep: @Sendable (_ milliseconds: UInt64) async throws -> Void
    /// From zero up to, and without, one.
    var chance: @Sendable () -> Double

    static let real = Surroundings(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            let seconds = UInt64(max(0, time.tv_sec))
            return Timestamp(milliseconds: seconds * 1000 + UInt64(max(0, time.tv_nsec)) / 1_000_000)
        },
        sleep: { (milliseconds) in try await Task.sleep(for: .milliseconds(Int64(clamping: milliseconds))) },
        chance: { Double.random(in: 0..<1) })
}
