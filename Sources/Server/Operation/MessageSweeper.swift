import Chat
import Wire

/// Deletes messages whose time is over, with their media: within a second or two, so that whoever follows the
/// conversation hears of it when it happens. A question to a snapshot costs microseconds where nothing has expired.
struct MessageSweeper: Sendable {
    static let interval = Duration.seconds(1)
    static let messagesPerCommand = 100

    let chat: ChatEngine
    let media: MediaHouse
    let log: Log

    func sweep() async {
        var all = DeletedMessages()
        do throws(Problem) {
            var isDone = try await !chat.look { (look) throws(Problem) in try look.hasExpiredMessages() }
            while !isDone, !Task.isCancelled {
                let deleted = try await chat.commit { (turn) throws(Problem) in
                    try turn.sweepMessages(limit: Self.messagesPerCommand)
                }
                all.count += deleted.count
                all.hadMedia = all.hadMedia || deleted.hadMedia
                isDone = deleted.count < Self.messagesPerCommand
            }
        } catch {
            log.failed("messages.sweep.failed", error)
        }
        // What cannot be removed now, the media's own sweep tries again.
        if all.hadMedia { await media.files.bury() }
        if all.count > 0 { log.debug("messages.expired", [("messages", .number(UInt64(all.count)))]) }
    }
}
