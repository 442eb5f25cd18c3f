import Glibc

/// A mutual exclusion lock on the system's own. The one lock of this room: the standard library's `Mutex` gives
/// false reports under the thread sanitizer on Linux.
final class Lock: @unchecked Sendable {
    // A fixed address, as pthread demands; this object owns it.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() {
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "no mutex to be had")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func withLock<R>(_ body: () -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
