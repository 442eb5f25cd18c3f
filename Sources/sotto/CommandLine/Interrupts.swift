import Glibc
import Threads

/// Ctrl-C and SIGTERM end the work and not the process, so that what is under way is committed and acknowledged. One
/// more, a second later or after that, ends the process at once.
///
/// A handler and a pipe, since the runtime's main thread takes signals that every other thread has blocked.
enum Interrupts {
    /// The pipe's ends: to read from, to write to.
    private static let pipe: (read: Int32, write: Int32) = {
        var ends: [Int32] = [-1, -1]
        let failed = Glibc.pipe(&ends)
        precondition(failed == 0, "no pipe for signals")
        return (ends[0], ends[1])
    }()

    /// From here on the signals go to whoever watches.
    static func take() {
        _ = pipe
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM] {
            var before = sigaction()
            // A shell that runs us in the background has said that Ctrl-C is not for us.
            guard sigaction(number, nil, &before) == 0, !isIgnored(before) else { continue }
            var action = sigaction()
            // Only what a handler may do: one write.
            action.__sigaction_handler.sa_handler = { (_) in
                var byte: UInt8 = 1
                _ = write(Interrupts.pipe.write, &byte, 1)
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Calls `interrupted` at the first signal, on a thread of its own.
    static func watch(_ interrupted: @escaping @Sendable () -> Void) {
        WorkerThread.start("interrupts") {
            next()
            interrupted()
            // A terminal and a parent that passes signals on may both send one: those are one wish.
            sleep(1)
            drop()
            next()
            TerminalRescue.restore()
            _exit(130)
        }
    }

    private static func next() {
        var byte: UInt8 = 0
        while read(pipe.read, &byte, 1) != 1 {}
    }

    /// Forgets what has come.
    private static func drop() {
        var waiting = pollfd(fd: pipe.read, events: Int16(POLLIN), revents: 0)
        while poll(&waiting, 1, 0) > 0 { next() }
    }
}
