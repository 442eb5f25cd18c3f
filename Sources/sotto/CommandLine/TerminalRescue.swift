import Glibc
import Synchronization

/// Leaves the terminal as it was where the program ends in the middle of something: a trap, or an exit that waits for
/// nobody. Does only what a signal's handler may do.
enum TerminalRescue {
    private struct Kept {
        var terminal: Int32 = -1
        var modes = termios()
        /// What takes the terminal out of the full screen.
        var leaving: UnsafeMutableBufferPointer<UInt8> = .init(start: nil, count: 0)
        /// What was said meanwhile, and where it belongs.
        var heldOutput: Int32 = -1
        var errors: Int32 = -1
    }

    // Written by the thread that changes the terminal alone, while `isArmed` is false.
    private nonisolated(unsafe) static let kept: UnsafeMutablePointer<Kept> = {
        let kept = UnsafeMutablePointer<Kept>.allocate(capacity: 1)
        kept.initialize(to: Kept())
        return kept
    }()
    private static let isArmed = Atomic(false)
    private static let traps = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]

    /// From here on ``restore()`` does something.
    /// - Parameters:
    ///   - modes: those before anything was changed.
    ///   - leaving: what is written to leave a full screen.
    ///   - output: what is held while that is up.
    static func arm(_ terminal: Int32, modes: termios, leaving: [UInt8] = [], _ output: HeldOutput? = nil) {
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: leaving.count)
        _ = bytes.initialize(from: leaving)
        kept.pointee = Kept(
            terminal: terminal, modes: modes, leaving: bytes, heldOutput: output?.readEnd ?? -1,
            errors: output?.errors ?? -1)
        isArmed.store(true, ordering: .sequentiallyConsistent)
        for number in traps {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { (number) in
                TerminalRescue.restore()
                // Then what would have been: a core, a parent that is told.
                signal(number, SIG_DFL)
                raise(number)
            }
            sigaction(number, &action, nil)
        }
    }

    /// The terminal is as it was.
    static func disarm() {
        guard isArmed.exchange(false, ordering: .sequentiallyConsistent) else { return }
        for number in traps { signal(number, SIG_DFL) }
        kept.pointee.leaving.deallocate()
        kept.pointee = Kept()
    }

    /// Puts the terminal back, wherever the thread is that changed it.
    static func restore() {
        guard isArmed.exchange(false, ordering: .sequentiallyConsistent) else { return }
        _ = write(kept.pointee.terminal, kept.pointee.leaving.baseAddress, kept.pointee.leaving.count)
        tcsetattr(kept.pointee.terminal, TCSANOW, &kept.pointee.modes)
        if kept.pointee.heldOutput >= 0 { HeldOutput.pass(on: kept.pointee.heldOutput, to: kept.pointee.errors) }
    }
}
