import Glibc
import Synchronization

/// Signals that a full screen has to know of, for as long as there is one: the window has another size, the program is
/// to stop or goes on, the terminal is gone. What ends the program otherwise is for ``Interrupts``.
enum ScreenSignals {
    /// What has come since it was last asked.
    struct Heard: OptionSet {
        let rawValue: UInt32

        static let resized = Heard(rawValue: 1)
        static let stopping = Heard(rawValue: 2)
        static let continued = Heard(rawValue: 4)
        static let hungUp = Heard(rawValue: 8)
    }

    private static let pending = Atomic<UInt32>(0)
    /// Lives as long as the program: a handler may run whenever it likes.
    static let wake = ScreenWake()
    private static let numbers = [SIGWINCH, SIGTSTP, SIGCONT, SIGHUP]

    /// From here on they come here.
    static func take() {
        // Made now, and not in a handler.
        wake.drain()
        _ = pending.exchange(0, ordering: .relaxed)
        for number in numbers { listen(to: number) }
    }

    /// They do again what they do to any program.
    static func giveBack() {
        for number in numbers { signal(number, SIG_DFL) }
    }

    /// What has come, once.
    static func heard() -> Heard { Heard(rawValue: pending.exchange(0, ordering: .sequentiallyConsistent)) }

    /// Stops the program and those that were started with it, as a terminal does. Returns once it goes on; at once,
    /// where nobody is there who could make it go on, so that the system does not stop it.
    static func stop() {
        // First the others. This thread stops by a signal of its own: nothing of it runs behind that.
        signal(SIGTSTP, SIG_IGN)
        kill(0, SIGTSTP)
        signal(SIGTSTP, SIG_DFL)
        var (only, before) = (sigset_t(), sigset_t())
        sigemptyset(&only)
        sigaddset(&only, SIGTSTP)
        // Threads that come from the runtime's have nearly all signals blocked.
        pthread_sigmask(SIG_UNBLOCK, &only, &before)
        raise(SIGTSTP)
        pthread_sigmask(SIG_SETMASK, &before, nil)
        listen(to: SIGTSTP)
    }

    private static func listen(to number: Int32) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { (number) in
            // Whoever started the program hears by which signal it ended.
            if number == SIGHUP { Interrupts.note(number) }
            let heard: Heard =
                switch number {
                case SIGWINCH: .resized
                case SIGTSTP: .stopping
                case SIGCONT: .continued
                default: .hungUp
                }
            _ = ScreenSignals.pending.bitwiseOr(heard.rawValue, ordering: .sequentiallyConsistent)
            ScreenSignals.wake.wake()
        }
        action.sa_flags = SA_RESTART
        sigaction(number, &action, nil)
    }
}
