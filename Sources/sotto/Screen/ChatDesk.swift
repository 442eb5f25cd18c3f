import Client
import Wire

/// Does what a screen asks of the account, each thing beside the others, and tells what became of it.
struct ChatDesk: Sendable {
    let account: Account
    let mailbox: ScreenMailbox

    /// How many lines a chat opens with, and grows by.
    static let pageCount = 100

    /// Until nothing more is asked, or its task is cancelled.
    func perform(_ actions: AsyncStream<ScreenAction>) async {
        var watch: TimelineWatch?
        await withDiscardingTaskGroup { (group) in
            for await action in actions {
                switch action {
                case .show(let chat):
                    watch?.end()
                    let next = TimelineWatch(chat, account, mailbox)
                    watch = next
                    group.addTask { await next.run() }
                case .loadOlder(let chat), .loadNewer(let chat):
                    guard let watch, watch.chat == chat else { continue }
                    let isOlder = action == .loadOlder(chat)
                    group.addTask { await watch.load(older: isOlder) }
                case .say(let text, let chat):
                    // Begun here and now, so that texts are taken in the order in which they were entered.
                    group.addImmediateTask { [account, mailbox] in
                        do throws(SottoError) {
                            try await account.chats.send(text, to: chat)
                        } catch {
                            mailbox.tell(error)
                        }
                    }
                default:
                    group.addTask {
                        do throws(SottoError) {
                            try await perform(action)
                        } catch {
                            mailbox.tell(error)
                        }
                    }
                }
            }
            watch?.end()
            group.cancelAll()
        }
    }

    private func perform(_ action: ScreenAction) async throws(SottoError) {
        switch action {
        case .find(let word):
            guard let handle = Handle(text: word) else {
                return mailbox.post { $0.notice = .error("“\(word)” is not a handle.") }
            }
            let found = ChatID.person(try await account.people.account(of: handle))
            mailbox.post { $0.found = found }
        case .sendFile(let path, let caption, let chat): try await sendFile(path, caption, chat)
        case .download(let number, let path, let chat): try await download(LineID(chat, number: number), path)
        case .delete(let number, let chat): try await delete(LineID(chat, number: number))
        case .cancel(let number, let chat):
            try await account.outbox.cancel(fileOf: LineID(chat, number: number))
            mailbox.post { $0.notice = .said("Cancelled.") }
        case .resume: try await resume()
        case .show, .say, .loadOlder, .loadNewer, .redraw, .suspend, .quit: break
        }
    }

    private func sendFile(_ path: String, _ caption: String, _ chat: ChatID) async throws(SottoError) {
        let name = Self.lastPart(path)
        defer { mailbox.post(nil, of: name) }
        try await account.chats.send(OutgoingFile(path: path, caption: caption), to: chat) { [mailbox] (progress) in
            mailbox.post(progress, of: name)
        }
    }

    private func delete(_ line: LineID) async throws(SottoError) {
        let left = try await account.chats.delete(line)
        let isForAll = left.author.isOwn || line.chat.conversation != nil
        let words = isForAll ? "Deleted." : "Deleted on this device; the others' copies are as they were."
        mailbox.post { $0.notice = .said(words) }
    }

    private func resume() async throws(SottoError) {
        if let error = await account.outbox.sendAll() { throw error }
        let count = try await account.outbox.lines().count
        mailbox.post { $0.notice = .said(count == 0 ? "Nothing waits any more." : "\(count) still wait.") }
    }

    // MARK: Downloads

    private func download(_ id: LineID, _ path: String?) async throws(SottoError) {
        guard let line = try await account.chats.line(id) else { throw .noSuchMessage }
        if case .media(let media, _) = line.body { return try await download(media, path) }
        guard let file = line.file else { throw .file(.none) }
        let target = path ?? ClaimedFileName.safe(file.name, else: "file-\(line.number)")
        let name = Self.lastPart(target)
        defer { mailbox.post(nil, of: name) }
        try await account.media.download(fileOf: id, to: target) { [mailbox] (progress) in
            mailbox.post(progress, of: name)
        }
        mailbox.post { $0.notice = .said("Saved \(target), \(file.byteCount) bytes.") }
    }

    /// What a post shows: the server's bytes.
    private func download(_ media: [MediaID], _ path: String?) async throws(SottoError) {
        guard path == nil || media.count == 1 else {
            return mailbox.post { $0.notice = .error("That post shows several files: leave OUT out.") }
        }
        var saved: [String] = []
        for media in media {
            let target = path ?? "media-\(media)"
            defer { mailbox.post(nil, of: target) }
            let info = try await account.media.info(ofMedia: media)
            try await account.media.download(info, to: target) { [mailbox] (progress) in
                mailbox.post(progress, of: target)
            }
            saved.append(target)
        }
        mailbox.post { [saved] in $0.notice = .said("Saved \(saved.joined(separator: ", ")).") }
    }

    private static func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }
}

extension ScreenMailbox {
    /// What went wrong, and what to do. That something waits is no error: its line says so.
    func tell(_ error: SottoError) {
        guard error.code != .queued, error.code != .cancelled else { return }
        post { $0.notice = .error(error.description) }
    }
}
