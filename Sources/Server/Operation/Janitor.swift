import Chat
import Store
import Transport
import Wire

/// Notes the time, removes what has run out, a little at a time, so that no sweep holds up a send, and says what the
/// store found wrong with itself.
actor Janitor {
    static let interval = Duration.seconds(60)
    static let rowsPerCommand = 500

    private nonisolated let loop: EventLoop
    private let chat: ChatEngine
    private let log: Log
    private let status: @Sendable () -> StoreStatus
    private var findings: [String] = []
    private var timer: LoopTimer?
    private var isStopped = false
    private var isHolding = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, chat: ChatEngine, log: Log, status: @escaping @Sendable () -> StoreStatus) {
        self.loop = loop
        self.chat = chat
        self.log = log
        self.status = status
    }

    /// Sweeps now, and again after every interval.
    func start() { noteTime() }

    func stop() {
        isStopped = true
        timer?.cancel()
    }

    private func noteTime() {
        guard !isStopped else { return }
        let loop = loop
        chat.submit { (turn) throws(Problem) in
            try turn.noteTime()
        } done: { [self] (result) in
            loop.execute { self.assumeIsolated { $0.noted(result) } }
        }
    }

    private func noted(_ result: Result<Bool, Problem>) {
        if case .success(let isHolding) = result, isHolding != self.isHolding {
            self.isHolding = isHolding
            if isHolding { log.warning("clock.jumped", []) } else { log.info("clock.believed", []) }
        }
        noteFindings()
        sweep(removed: 0)
    }

    /// Each time they are others. What is damaged is named by `sottod verify`: keys of rows stay out of the log.
    func noteFindings() {
        let now = status()
        guard now.findings != findings else { return }
        findings = now.findings
        guard let first = findings.first else { return log.info("store.sound", []) }
        let place = String(first.prefix { $0 != ":" })
        log.error("store.damaged", [("findings", .number(now.findingCount)), ("first", .text(place))])
    }

    private func sweep(removed: UInt64) {
        guard !isStopped else { return }
        let loop = loop
        chat.submit { (turn) throws(Problem) in
            try turn.sweepRows(limit: Self.rowsPerCommand)
        } done: { [self] (result) in
            loop.execute { self.assumeIsolated { $0.swept(result, removedBefore: removed) } }
        }
    }

    private func swept(_ result: Result<Int, Problem>, removedBefore: UInt64) {
        switch result {
        case .success(let count) where count > 0:
            sweep(removed: removedBefore + UInt64(count))
            return
        case .success:
            if removedBefore > 0 { log.debug("sweep", [("rows", .number(removedBefore))]) }
        case .failure(let problem):
            log.warning("sweep.failed", [("code", .text(problem.code.rawValue))])
        }
        guard !isStopped else { return }
        timer = loop.schedule(after: Self.interval) { [self] in assumeIsolated { $0.noteTime() } }
    }
}
