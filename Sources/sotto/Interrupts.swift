import Glibc

/// Ctrl-C and SIGTERM end the work and not the process, so that what is under way is committed and acknowledged. A
/// second one ends the process at once.
enum Interrupts {
    /// To be called before any other thread starts, so that all of them leave these signals alone.
    static func block() {
        var signals = set
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls `interrupted` at the first signal, on a thread of its own.
    static func watch(_ interrupted: @escaping @Sendable () -> Void) {
        Background.run {
            var signals = set
            var number: Int32 = 0
            guard sigwait(&signals, &number) == 0 else { return }
            interrupted()
            guard sigwait(&signals, &number) == 0 else { return }
            _exit(130)
        }
    }

    private static var set: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
        return signals
    }
}
