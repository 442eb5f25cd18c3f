import Chat
import Transport
import Wire

/// Ends media whose time has come, works off deleted accounts, and removes the files of what has ended: so often that
/// none outlives its row by a minute, whatever was cut short before.
actor MediaSweeper {
    static let interval = Duration.seconds(15)
    static let mediaPerCommand = 100
    /// An hour.
    private static let sweepsPerOrphanRemoval = 240

    private nonisolated let loop: EventLoop
    private let chat: ChatEngine
    private let media: MediaHouse
    private let eraser: AccountEraser
    private let log: Log
    private var timer: LoopTimer?
    private var sweepCount = 0
    private var isStopped = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, chat: ChatEngine, media: MediaHouse, log: Log) {
        self.loop = loop
        self.chat = chat
        self.media = media
        eraser = AccountEraser(chat: chat, files: media.files)
        self.log = log
    }

    /// Settles what earlier runs of the server left, then sweeps now and after every interval.
    func start() async {
        let orphans = await media.orphans.sweep()
        if orphans.removed > 0 { log.info("media.parts.removed", [("files", .number(UInt64(orphans.removed)))]) }
        if orphans.adopted > 0 { log.info("media.orphans.back", [("files", .number(UInt64(orphans.adopted)))]) }
        // Many of them say that this is the wrong database.
        if orphans.setAside > 0 { log.warning("media.orphans", [("files", .number(UInt64(orphans.setAside)))]) }
        await sweep()
    }

    func stop() {
        isStopped = true
        timer?.cancel()
    }

    private func sweep() async {
        guard !isStopped else { return }
        do throws(Problem) {
            while try await chat.commit({ (turn) throws(Problem) in
                try turn.sweepMedia(limit: Self.mediaPerCommand)
            }) > 0 {}
        } catch {
            log.warning("media.sweep.failed", [("code", .text(error.code.rawValue))])
        }
        log.note(await eraser.work())
        let files = await media.files.bury()
        if files > 0 { log.debug("media.sweep", [("files", .number(UInt64(files)))]) }
        if sweepCount.isMultiple(of: Self.sweepsPerOrphanRemoval) {
            let orphans = await media.orphans.removeOld()
            if orphans > 0 { log.info("media.orphans.removed", [("files", .number(UInt64(orphans)))]) }
        }
        sweepCount &+= 1
        await media.inspector.resume()
        guard !isStopped else { return }
        timer = loop.schedule(after: Self.interval) { [self] in
            Task.immediate(executorPreference: loop) { await sweep() }
        }
    }
}
