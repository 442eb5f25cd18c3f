import Glibc
import Threads

/// Waits for SIGINT or SIGTERM, and passes SIGHUP on until then. The handler writes the signal's number to a pipe,
/// whichever thread it runs on; a thread of its own reads it.
struct Signals {
    /// The pipe's ends: to read from, to write to.
    private static let pipe: (read: Int32, write: Int32) = {
        var ends: [Int32] = [-1, -1]
        let failed = Glibc.pipe(&ends)
        precondition(failed == 0, "no pipe for signals")
        // A handler that waited for room would hold up whatever its thread is at.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        return (ends[0], ends[1])
    }()

    init() {
        _ = Self.pipe
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var action = sigaction()
            // Only what a handler may do: one write.
            action.__sigaction_handler.sa_handler = { (number) in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Signals.pipe.write, &byte, 1)
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
    }

    /// Returns when the first signal to end came. A second one ends the process at once.
    /// - Parameter hangUp: called for each SIGHUP before it, on a thread that may block.
    func wait(hangUp: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            WorkerThread.start("signals") {
                while Self.next() == SIGHUP { hangUp() }
                continuation.resume()
                while Self.next() == SIGHUP {}
                _exit(130)
            }
        }
    }

    private static func next() -> Int32 {
        var byte: UInt8 = 0
        while read(pipe.read, &byte, 1) != 1 {}
        return Int32(byte)
    }
}
