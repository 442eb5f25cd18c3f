import Glibc
import Threads

/// Waits for SIGINT or SIGTERM. The handler writes one byte to a pipe, whichever thread it runs on; a thread of its
/// own reads it.
struct Signals {
    /// The pipe's ends: to read from, to write to.
    private static let pipe: (read: Int32, write: Int32) = {
        var ends: [Int32] = [-1, -1]
        let failed = Glibc.pipe(&ends)
        precondition(failed == 0, "no pipe for signals")
        return (ends[0], ends[1])
    }()

    init() {
        _ = Self.pipe
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            // Only what a handler may do: one write.
            action.__sigaction_handler.sa_handler = { (_) in
                var byte: UInt8 = 1
                _ = write(Signals.pipe.write, &byte, 1)
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
    }

    /// Returns when the first signal came. A second one ends the process at once.
    func wait() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            WorkerThread.start("signals") {
                Self.next()
                continuation.resume()
                Self.next()
                _exit(130)
            }
        }
    }

    private static func next() {
        var byte: UInt8 = 0
        while read(pipe.read, &byte, 1) != 1 {}
    }
}
