import Glibc
import Synchronization
import Threads

/// A signal ended what would not have ended by itself, such as a full screen. The program ends by it, too.
struct EndedBySignal: Error {
    let number: Int32
}

/// Ctrl-C and SIGTERM end the work and not the process, so that what is under way is committed and acknowledged. One
/// more, a second later or after that, ends the process at once.
///
/// A handler and a pipe, since the runtime's main thread takes signals that every other thread has blocked.
enum Interrupts {
    /// The pipe's ends: to read from, to write to.
    private static let pipe = ends()
    /// The same of one that nobody reads from, so that it stays readable once a signal has come.
    private static let heardEnds = ends()

    /// Readable from the first signal on, for whoever waits for something else beside.
    static var heardEnd: Int32 { heardEnds.read }

    private static func ends() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        let failed = Glibc.pipe(&ends)
        precondition(failed == 0, "no pipe for signals")
        // A full one says all that there is to say.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        return (ends[0], ends[1])
    }

    /// The first signal that wants the program to end; 0 while there was none.
    private static let first = Atomic<Int32>(0)

    /// What has come so far; `nil` for nothing.
    static var heard: EndedBySignal? {
        let number = first.load(ordering: .sequentiallyConsistent)
        return number == 0 ? nil : EndedBySignal(number: number)
    }

    /// Remembers that one wants the program to end. Only what a handler may do.
    static func note(_ number: Int32) {
        _ = first.compareExchange(expected: 0, desired: number, ordering: .sequentiallyConsistent)
    }

    /// Ends the program as that signal ends one that does not take it, so that whoever started it hears of that. The
    /// work is over, and the terminal as it was.
    static func end(by signalled: EndedBySignal) -> Never {
        signal(signalled.number, SIG_DFL)
        var only = sigset_t()
        sigemptyset(&only)
        sigaddset(&only, signalled.number)
        // Threads that come from the runtime's have nearly all signals blocked.
        pthread_sigmask(SIG_UNBLOCK, &only, nil)
        raise(signalled.number)
        // The first process of a container ends by none.
        exit(128 + signalled.number)
    }

    /// From here on the signals go to whoever watches.
    static func take() {
        // Made now, and not in a handler.
        _ = (pipe, heardEnds)
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM] {
            var before = sigaction()
            // A shell that runs us in the background has said that Ctrl-C is not for us.
            guard sigaction(number, nil, &before) == 0, !isIgnored(before) else { continue }
            var action = sigaction()
            // Only what a handler may do.
            action.__sigaction_handler.sa_handler = { (number) in
                Interrupts.note(number)
                var byte: UInt8 = 1
                _ = write(Interrupts.heardEnds.write, &byte, 1)
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
            _exit(128 + (heard?.number ?? SIGINT))
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
