import CTransport
import Threads

/// One thread that runs sockets, timers, closures and Swift concurrency jobs.
///
/// As a `TaskExecutor` it runs the tasks that prefer it (`Task.immediate(executorPreference: loop)`), as a
/// `SerialExecutor` the actors that live on it. Nothing that blocks may run here.
/// State: `local` belongs to the loop's thread, `remote` to the lock; that is why this is `Sendable`.
public final class EventLoop: TaskExecutor, SerialExecutor, @unchecked Sendable {
    private enum Job {
        case closure(@Sendable () -> Void)
        case task(UnownedJob)
    }

    let handle: OpaquePointer
    private let lock = Lock()
    private var remote: [Job] = []
    private var remoteWakeAsked = false
    /// After the loop has stopped, closures run one at a time where they are given: all that is left for them is to
    /// find their connection closed and to tell who waits.
    private let afterlife = RecursiveLock()
    private let stopped = OnceFlag()
    private var local: [Job] = []
    private var localWakeAsked = false
    private var spare: [Job] = []
    /// What is to be done when what was written so far is sent, as much as goes. The loop's.
    private var afterSent: [@Sendable () -> Void] = []
    /// Of the answers of this second. The loop's.
    var date = DateField()
    private var thread: WorkerThread?
    private let drainContext: UnsafeMutablePointer<Unmanaged<EventLoop>?>

    /// Starts the thread. The loop runs until its ``EventLoopGroup`` is shut down.
    init(name: String) {
        let pointer = UnsafeMutablePointer<Unmanaged<EventLoop>?>.allocate(capacity: 1)
        pointer.initialize(to: nil)
        handle = ct_loop_create(
            { context in
                let pointer = context?.assumingMemoryBound(to: Unmanaged<EventLoop>?.self)
                pointer?.pointee?.takeUnretainedValue().drain()
            },
            { context in
                let pointer = context?.assumingMemoryBound(to: Unmanaged<EventLoop>?.self)
                pointer?.pointee?.takeUnretainedValue().runAfterSent()
            }, pointer)
        drainContext = pointer
        pointer.pointee = Unmanaged.passUnretained(self)
        thread = WorkerThread(joinable: name, stackByteCount: 8 << 20) { [self] in ct_loop_run(handle) }
    }

    deinit {
        ct_loop_destroy(handle)
        drainContext.deinitialize(count: 1)
        drainContext.deallocate()
    }

    /// Whether the caller runs on this loop's thread.
    public var isCurrent: Bool { ct_loop_is_current(handle) }

    /// Runs `work` on the loop, after what is already queued.
    public func execute(_ work: @escaping @Sendable () -> Void) {
        push(.closure(work))
    }

    /// Runs `work` on the loop: now if the caller is there, else soon.
    public func perform(_ work: @escaping @Sendable () -> Void) {
        if isCurrent { work() } else { push(.closure(work)) }
    }

    /// Runs `work` once the loop has tried to send what was written to its connections so far. What is still unsent
    /// then counts as held for its peer.
    public func afterSending(_ work: @escaping @Sendable () -> Void) {
        perform { [self] in
            afterSent.append(work)
            if isCurrent { ct_loop_tell_sent(handle) } else { runAfterSent() } // the loop has ended
        }
    }

    /// Runs `work` once on the loop, `delay` from now, unless cancelled first.
    @discardableResult
    public func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void) -> LoopTimer {
        LoopTimer(on: self, after: delay, work)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        push(.task(UnownedJob(job)))
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    public func checkIsolated() {
        precondition(isCurrent, "not on the event loop's thread")
    }

    /// Whether the thread has ended. Timers then never fire, and tasks that still prefer the loop never run again.
    var isStopped: Bool { stopped.isSet }

    private func push(_ job: Job) {
        if stopped.isSet, case .closure(let work) = job { return afterlife.withLock(work) }
        if isCurrent {
            local.append(job)
            if localWakeAsked { return }
            localWakeAsked = true
        } else {
            let wake = lock.withLock {
                remote.append(job)
                defer { remoteWakeAsked = true }
                return !remoteWakeAsked
            }
            if !wake { return }
        }
        ct_loop_wake(handle)
    }

    /// Runs what was queued before; what these jobs queue waits for its own turn, so that sockets are served between.
    private func drain() {
        if localWakeAsked {
            localWakeAsked = false
            swap(&local, &spare)
            runSpare()
        }
        let hasRemote = lock.withLock {
            guard remoteWakeAsked else { return false }
            remoteWakeAsked = false
            swap(&remote, &spare)
            return true
        }
        if hasRemote { runSpare() }
    }

    private func runAfterSent() {
        let due = afterSent
        afterSent = []
        for work in due { work() }
    }

    private func runSpare() {
        let jobs = spare
        spare = []
        for job in jobs {
            switch job {
            case .closure(let work): work()
            case .task(let task):
                task.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
        }
    }

    /// Stops the thread and waits for its end. What is open on it is cut.
    func stopAndJoin() {
        precondition(!isCurrent, "a loop cannot wait for itself")
        ct_loop_stop(handle)
        thread?.join()
        _ = stopped.set()
        drain() // what came between the last turn and the end
        runAfterSent()
    }
}
