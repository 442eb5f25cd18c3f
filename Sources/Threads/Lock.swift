import Glibc

/// A mutex with one condition, for state that several threads share and hold only for a moment.
///
/// Ours rather than `Synchronization.Mutex`, which the thread sanitizer misreads on Linux. The mutex lends its
/// holder the priority of who waits, so that a preempted submitter cannot hold up the commit thread. A class,
/// because a pthread mutex must never move.
package final class Lock: @unchecked Sendable {
    // Unchecked because the pointers are written only in `init` and `deinit`; what they point at guards itself.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// Nobody holds it.
    package init() {
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        pthread_mutexattr_setprotocol(&attributes, Int32(PTHREAD_PRIO_INHERIT))
        if pthread_mutex_init(mutex, &attributes) != 0 { pthread_mutex_init(mutex, nil) }
        pthread_mutexattr_destroy(&attributes)
        var clock = pthread_condattr_t()
        pthread_condattr_init(&clock)
        pthread_condattr_setclock(&clock, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &clock)
        pthread_condattr_destroy(&clock)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` alone. Nothing slow and no callback belongs in it.
    package func withLock<Value>(_ body: () -> Value) -> Value {
        lock()
        defer { unlock() }
        return body()
    }

    /// Waits until nobody else holds it.
    package func lock() { pthread_mutex_lock(mutex) }

    /// By whoever holds it.
    package func unlock() { pthread_mutex_unlock(mutex) }

    /// Gives the lock away until somebody signals; may return early, so the caller looks again.
    package func wait() { pthread_cond_wait(condition, mutex) }

    /// As ``wait()``, but returns after `milliseconds` at the latest.
    package func wait(milliseconds: Int) {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + (milliseconds % 1000) * 1_000_000
        deadline.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        pthread_cond_timedwait(condition, mutex, &deadline)
    }

    /// Wakes one who waits.
    package func signal() { pthread_cond_signal(condition) }

    /// Wakes all who wait.
    package func broadcast() { pthread_cond_broadcast(condition) }
}
