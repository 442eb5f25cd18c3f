import Glibc

/// Wakes whoever waits at its reading end: from any thread, and from a signal's handler.
struct ScreenWake: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let failed = pipe(&ends)
        precondition(failed == 0, "no pipe for the screen")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            // Full is as good as written: whoever waits is being woken.
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    /// Only what a handler may do: one write.
    func wake() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    /// Forgets that somebody was woken, before looking why.
    func drain() {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { (bytes) in
            while read(readEnd, bytes.baseAddress, bytes.count) > 0 {}
        }
    }

    func close() {
        Glibc.close(readEnd)
        Glibc.close(writeEnd)
    }
}
