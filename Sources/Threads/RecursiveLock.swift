import Glibc

/// A lock that its holder may take again.
package final class RecursiveLock: @unchecked Sendable {
    // Unchecked because the pointer never changes; what it points at guards itself.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    /// Nobody holds it.
    package init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
        pthread_mutex_init(mutex, &attributes)
        pthread_mutexattr_destroy(&attributes)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` alone, also from within another `body` of this lock.
    package func withLock(_ body: () -> Void) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        body()
    }
}
