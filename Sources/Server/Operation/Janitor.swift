import Chat
import Store
import Transport
import Wire

/// Notes the time, and removes what has run out, a little at a time, so that no sweep holds up a send.
actor Janitor {
    static let interval = Duration.seconds(60)
    static let rowsPerCommand = 500

    private nonisolated let loop: EventLoop
    private let chat: Chat
    private let log: Log
    private var timer: LoopTimer?
    private var isStopped = false
    private var isHolding = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, chat: Chat, log: Log) {
        self.loop = loop
        self.chat = chat
        self.log = log
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
        sweep(removed: 0)
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
