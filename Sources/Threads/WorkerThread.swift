import Glibc

/// A thread of its own, for work that blocks: the one place where threads are started.
package struct WorkerThread: Sendable {
    private let thread: pthread_t

    /// Bytes of stack where nothing else is asked for.
    package static let stackByteCount = 1 << 20

    /// How soon the system runs it.
    package enum Urgency: Sendable {
        case normal
        /// Scheduled before all normal threads (SCHED_RR) where the system allows it, else as normal: under CPU
        /// contention a commit takes milliseconds without it and a tenth of one with it.
        case realTime
    }

    /// Starts a detached thread that runs `body` once.
    /// - Parameter name: at most 15 bytes, shown by `top -H` and debuggers.
    package static func start(_ name: String, urgency: Urgency = .normal, _ body: @escaping @Sendable () -> Void) {
        _ = create(PTHREAD_CREATE_DETACHED, stackByteCount, Work(name: name, urgency: urgency, body: body))
    }

    /// Starts a thread that runs `body` once, for whoever waits for its end: once, by ``join()``.
    package init(
        joinable name: String, stackByteCount: Int = WorkerThread.stackByteCount, _ body: @escaping @Sendable () -> Void
    ) {
        let work = Work(name: name, urgency: .normal, body: body)
        thread = Self.create(PTHREAD_CREATE_JOINABLE, stackByteCount, work)
    }

    /// Returns when the thread has ended, and all that it held is let go.
    package func join() { pthread_join(thread, nil) }

    private static func create(_ detachState: Int, _ stackByteCount: Int, _ work: Work) -> pthread_t {
        precondition(work.name.utf8.count <= 15, "a thread name holds 15 bytes")
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(detachState))
        pthread_attr_setstacksize(&attributes, stackByteCount)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let failure = pthread_create(&thread, &attributes, { (pointer) in
            guard let pointer else { return nil }
            Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().run()
            return nil
        }, Unmanaged.passRetained(work).toOpaque())
        precondition(failure == 0, "the system gives no more threads")
        return thread
    }

    private final class Work: Sendable {
        let name: String
        let urgency: Urgency
        let body: @Sendable () -> Void

        init(name: String, urgency: Urgency, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.urgency = urgency
            self.body = body
        }

        func run() {
            setName()
            if urgency == .realTime {
                var parameters = sched_param(sched_priority: 1)
                _ = pthread_setschedparam(pthread_self(), SCHED_RR, &parameters)
            }
            body()
        }

        /// Through the file, since glibc keeps its call for it from Swift.
        private func setName() {
            let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            _ = write(file, name, name.utf8.count)
            close(file)
        }
    }
}
