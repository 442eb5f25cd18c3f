import Glibc
import Wire

/// The clock of the machine.
enum SystemClock {
    /// Of the wall: it may be set.
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: UInt64(max(0, time.tv_sec)) * 1000 + UInt64(max(0, time.tv_nsec)) / 1_000_000)
    }
}
