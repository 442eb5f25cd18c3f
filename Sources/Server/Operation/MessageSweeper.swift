import Chat
import Transport
import Wire

/// Deletes messages whose time is over, with their media: within a second or two, so that whoever follows the
/// conversation hears of it when it happens. A question to a snapshot costs microseconds where nothing has expired.
actor MessageSweeper {
    static let interval = Duration.seconds(1)
    static let messagesPerCommand = 100

    private nonisolated let loop: EventLoop
    private let chat: ChatEngine
    private let media: MediaHouse
    private let log: Log
    private var timer: LoopTimer?
    private var isStopped = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, chat: ChatEngine, media: MediaHouse, log: Log) {
        self.loop = loop
        self.chat = chat
        self.media = media
        self.log = log
    }

    /// Sweeps now, and again after every interval.
    func start() async { await sweep() }

    func stop() {
        isStopped = true
        timer?.cancel()
    }

    private func sweep() async {
        guard !isStopped else { return }
        var all = DeletedMessages()
        do throws(Problem) {
            var isDone = try await !chat.look { (look) throws(Problem) in try look.hasExpiredMessages() }
            while !isDone {
                let deleted = try await chat.commit { (turn) throws(Problem) in
                    try turn.sweepMessages(limit: Self.messagesPerCommand)
                }
                all.count += deleted.count
                all.hadMedia = all.hadMedia || deleted.hadMedia
                isDone = deleted.count < Self.messagesPerCommand
            }
        } catch {
            log.warning("messages.sweep.failed", [("code", .text(error.code.rawValue))])
        }
        // What cannot be removed now, the media's own sweep tries again.
        if all.hadMedia { await media.files.bury() }
        if all.count > 0 { log.debug("messages.expired", [("messages", .number(UInt64(all.count)))]) }
        guard !isStopped else { return }
        timer = loop.schedule(after: Self.interval) { [self] in
            Task.immediate(executorPreference: loop) { await sweep() }
        }
    }
}
