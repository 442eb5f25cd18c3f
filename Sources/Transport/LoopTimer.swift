import CTransport

/// A timer of one loop. Fires once, or never after ``cancel()`` ran on the loop.
///
/// State: everything but the loop belongs to the loop's thread, which is why this is `Sendable`.
public final class LoopTimer: @unchecked Sendable {
    private let loop: EventLoop
    private var handle: OpaquePointer?
    private var work: (@Sendable () -> Void)?

    init(on loop: EventLoop, after delay: Duration, _ work: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.work = work
        let nanoseconds = delay.nanosecondsClamped
        loop.perform { self.start(nanoseconds) }
    }

    /// Cancels the timer. On the loop's thread: at once; from elsewhere: soon, so that it may still fire.
    public func cancel() {
        loop.perform {
            self.work = nil
            guard let handle = self.handle else { return }
            self.handle = nil
            ct_timer_cancel(handle)
            Unmanaged.passUnretained(self).release()
        }
    }

    private func start(_ nanoseconds: UInt64) {
        guard work != nil, !loop.isStopped else { return }
        handle = ct_timer_start(
            loop.handle, nanoseconds,
            { context, isDue in
                guard let context else { return }
                Unmanaged<LoopTimer>.fromOpaque(context).takeRetainedValue().fire(isDue)
            }, Unmanaged.passRetained(self).toOpaque())
    }

    private func fire(_ isDue: Bool) {
        handle = nil
        let due = work
        work = nil
        if isDue { due?() }
    }
}

extension Duration {
    /// Not below zero, and not above 2^62.
    var nanosecondsClamped: UInt64 {
        let (seconds, attoseconds) = components
        if seconds < 0 || attoseconds < 0 { return 0 }
        if seconds > 4_000_000_000 { return 1 << 62 }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }

    /// Not below zero and not above `UInt32.max`; above zero, at least one.
    var millisecondsClamped: UInt32 {
        UInt32(clamping: (nanosecondsClamped + 999_999) / 1_000_000)
    }
}
