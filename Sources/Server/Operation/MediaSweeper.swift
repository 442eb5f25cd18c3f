import Chat
import Wire

/// Ends media whose time has come, works off deleted accounts, and removes the files of what has ended: so often that
/// none outlives its row by a minute, whatever was cut short before.
actor MediaSweeper {
    static let interval = Duration.seconds(15)
    static let mediaPerCommand = 100
    /// An hour.
    private static let sweepsPerOrphanRemoval = 240

    private let chat: ChatEngine
    private let media: MediaHouse
    private let eraser: AccountEraser
    private let log: Log
    private var sweepCount = 0

    init(chat: ChatEngine, media: MediaHouse, log: Log) {
        self.chat = chat
        self.media = media
        eraser = AccountEraser(chat: chat, files: media.files)
        self.log = log
    }

    private func settle() async {
        let orphans = await media.orphans.sweep()
        if orphans.removed > 0 { log.info("media.parts.removed", [("files", .number(UInt64(orphans.removed)))]) }
        if orphans.adopted > 0 { log.info("media.orphans.back", [("files", .number(UInt64(orphans.adopted)))]) }
        // Many of them say that this is the wrong database.
        if orphans.setAside > 0 { log.warning("media.orphans", [("files", .number(UInt64(orphans.setAside)))]) }
    }

    /// The first one settles what earlier runs of the server left.
    func sweep() async {
        if sweepCount == 0 { await settle() }
        guard !Task.isCancelled else { return }
        do throws(Problem) {
            while try await chat.commit({ (turn) throws(Problem) in
                try turn.sweepMedia(limit: Self.mediaPerCommand)
            }) > 0, !Task.isCancelled {}
        } catch {
            log.failed("media.sweep.failed", error)
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
    }
}
