import Glibc

/// A mark that each thread has for itself, or none. There is one for each use: a process has room for few.
struct ThreadMark: Sendable {
    private let key: pthread_key_t

    init() {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "a process has room for a thread's own value")
        self.key = key
    }

    /// Marks the thread that asks with an object. Holds nothing.
    func set(_ object: AnyObject) { pthread_setspecific(key, Unmanaged.passUnretained(object).toOpaque()) }

    /// Whether the thread that asks is marked with it.
    func isSet(_ object: AnyObject) -> Bool { pthread_getspecific(key) == Unmanaged.passUnretained(object).toOpaque() }
}
