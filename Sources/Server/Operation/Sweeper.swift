import Transport

/// Does something again and again on a loop: when it starts, and always an interval after the last time ended.
actor Sweeper {
    private nonisolated let loop: EventLoop
    private let interval: Duration
    private let sweep: @Sendable () async -> Void
    private var timer: LoopTimer?
    private var running: Task<Void, Never>?
    private var isStopped = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameter sweep: never runs twice at a time. One of many steps looks between them whether it is cancelled.
    init(on loop: EventLoop, every interval: Duration, _ sweep: @escaping @Sendable () async -> Void) {
        self.loop = loop
        self.interval = interval
        self.sweep = sweep
    }

    /// Begins, and does not wait for the end of the first sweep.
    func start() {
        guard !isStopped else { return }
        running = Task.immediate(executorPreference: loop) { await run() }
    }

    /// Begins no more, and cancels the one that is under way.
    func stop() {
        isStopped = true
        timer?.cancel()
        running?.cancel()
    }

    private func run() async {
        await sweep()
        guard !isStopped else { return }
        timer = loop.schedule(after: interval) { [self] in assumeIsolated { $0.start() } }
    }
}
