import Glibc

/// A point in time, asked for now and then.
package struct Deadline: Sendable {
    private let nanoseconds: UInt64

    /// So long from now.
    package init(microseconds: Int) {
        nanoseconds = Self.now() + UInt64(microseconds) * 1_000
    }

    /// Whether it has come.
    package var isOver: Bool { Self.now() >= nanoseconds }

    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
