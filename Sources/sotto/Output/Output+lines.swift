import Client
import Wire

// Lines of chats, for people and for programs.

extension Output {
    /// Reads from the store what those are called whom it names.
    /// - Parameter place: what an open conversation is called, where lines of several stand together.
    func line(_ line: Line, of account: Account, in place: String? = nil) async {
        let handle = await SottoCommand.other(line, account)
        print(.telling(line), LineRecord(line, with: handle))
        guard !isJSON else { return }
        var named: [AccountID: Handle] = [:]
        if case .change(let change) = line.body {
            for other in change.accounts { named[other] = try? await account.people.knownHandle(of: other) }
            if let own = try? await account.whoami(), change.accounts.contains(own.account) {
                named[own.account] = own.handle
            }
        }
        say(line: "\(place.map { "[\($0)] " } ?? "")\(Self.text(of: line, with: handle, naming: named))")
    }

    /// Says that the server has a message, who can read it, and whether the server was shown who sent it though that
    /// could have been hidden.
    func accepted(_ line: Line, to target: ChatTarget) {
        print(.accepted, LineRecord(line, with: target.handle))
        let said = target.isOpen
            ? "Posted in \(target.name) as #\(line.number): the server can read it."
            : "Sent to \(target.name) as \(line.number), sealed."
        say(([said] + [line.trust.senderShown.flatMap(Self.notice)].compactMap { $0 }).joined(separator: " "))
    }

    /// What somebody is called: by handle, or by the beginning of the account's id where this device does not know it.
    static func name(of account: AccountID, _ handle: Handle?) -> String {
        handle?.text ?? String(account.description.prefix(8))
    }

    /// - Parameters:
    ///   - handle: of the other side, where it is known; in an open conversation of the author.
    ///   - named: the handles of others whom it names.
    static func text(of line: Line, with handle: Handle?, naming named: [AccountID: Handle] = [:]) -> String {
        let shown = (line.time ?? line.sentAt).map { time(Timestamp($0)) } ?? "                "
        if case .conversation = line.id.chat {
            return "\(shown)  #\(line.number) \(openText(of: line, with: handle, naming: named))"
        }
        let other = handle?.text ?? String(line.id.chat.description.dropFirst())
        let author = line.author.isOwn ? line.delivery == .received ? "me (device \(line.author.device))" : "me" : other
        let whose = line.author.isOwn ? "\(author) → \(other)" : author
        return "\(shown)  #\(line.number) \(whose): \(said(line, with: handle.map { "@\($0)" } ?? other))\(mark(line))"
    }

    /// A time, to the minute.
    static func time(_ time: Timestamp) -> String { String(time.description.prefix(16)).replacing("T", with: " ") }

    /// A line of an open conversation, with its number there.
    private static func openText(of line: Line, with handle: Handle?, naming named: [AccountID: Handle]) -> String {
        let author = name(of: line.author.account, handle)
        if case .change(let change) = line.body {
            return told(change, by: author, line.author.account) { name(of: $0, named[$0]) }
        }
        return "\(author): \(said(line, with: author))\(mark(line))"
    }

    /// What a post says and shows.
    static func post(_ text: String?, _ media: [MediaID]) -> String {
        ([text.map { harmless($0) }].compactMap(\.self) + media.map { "[media \($0)]" }).joined(separator: " ")
    }

    /// What the line says, and how to get at the file beside it.
    private static func said(_ line: Line, with other: String) -> String {
        let download = "sotto download \(other) \(line.number) -o OUT"
        switch line.body {
        case .text(let text): return harmless(text)
        case .file(let file, let caption):
            let name = oneLine(file.name ?? "without a name")
            let note = "[file \(name)\(dimensions(file)), \(file.byteCount) bytes: \(download)]"
            return caption.map { "\(harmless($0)) \(note)" } ?? note
        case .sticker(let sticker, _): return "[sticker \(harmless(sticker.emoji)): \(download)]"
        case .media(let media, let caption): return post(caption, media)
        // Said by whom it is, elsewhere.
        case .change: return ""
        case .gone(let removal): return "[\(removal.rawValue)]"
        case .unreadable(let reason): return "[cannot be read: \(reason.rawValue)]"
        }
    }

    /// How far an own message has come, where that is worth a word.
    private static func mark(_ line: Line) -> String {
        guard line.removal == nil else { return "" }
        let shown = line.trust.senderShown?.isDowngrade == true ? " (sender shown to the server)" : ""
        switch line.delivery {
        case .received, .withdrawn: return ""
        case .accepted: return shown
        case .uploading, .queued: return " (\(line.progress ?? ""))"
        case .refused(.file(let failure)): return " (refused: \(failure.rawValue))"
        case .refused: return " (refused)"
        }
    }

    private static func dimensions(_ file: FileNote) -> String {
        guard let width = file.width, let height = file.height else { return "" }
        return ", \(width)×\(height)"
    }
}

extension Line {
    /// How far it has come, in a word; `nil` for what this device did not send.
    fileprivate var progress: String? {
        switch delivery {
        case .received, .withdrawn: nil
        case .uploading: "uploading"
        case .queued: "queued"
        case .accepted: "accepted"
        case .refused: "refused"
        }
    }
}
