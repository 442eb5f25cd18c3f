import Glibc

/// Waits for SIGINT or SIGTERM on a thread of its own. Made before any other thread starts, so that all inherit the
/// mask and the signals arrive here only.
struct Signals {
    private let set: sigset_t

    init() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        self.set = set
    }

    /// Returns when the first signal came. A second one ends the process at once.
    func wait() async {
        let set = set
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            Self.detach {
                Self.next(set)
                continuation.resume()
                Self.next(set)
                _exit(130)
            }
        }
    }

    private static func next(_ set: sigset_t) {
        var set = set
        var received: Int32 = 0
        while sigwait(&set, &received) != 0 {}
    }

    private static func detach(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(run: body))
        var thread = pthread_t()
        let failed = pthread_create(
            &thread, nil,
            { (raw) in
                raw.map { Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        precondition(failed == 0, "no thread to wait for signals")
        pthread_detach(thread)
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
