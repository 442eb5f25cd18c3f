import Client
import Wire

// Lines of chats, for people and for programs.

extension Output {
    /// - Parameter handle: of the other side, where it is known.
    /// - Parameter place: what an open conversation is called, where lines of several stand together.
    func line(_ line: Line, with handle: Handle?, in place: String? = nil) {
        object(line.event) { Self.write(line, with: handle, to: &$0) }
        say("\(place.map { "[\($0)] " } ?? "")\(Self.text(of: line, with: handle))")
    }

    /// Says that the server has a message, and whether it was shown who sent it though that could have been hidden.
    func accepted(_ line: Line, with handle: Handle?) {
        object("accepted") { Self.write(line, with: handle, to: &$0) }
        say((["Accepted."] + [line.trust.senderShown.flatMap(Self.notice)].compactMap { $0 }).joined(separator: " "))
    }

    /// The fields of a line; docs/clients.md lists them.
    static func write(_ line: Line, with handle: Handle?, to writer: inout WireWriter) {
        writer.put("chat", line.id.chat)
        writer.put("number", number: line.number)
        writer.put("kind", text: line.kind)
        writer.put("handle", handle)
        writer.put("author", line.author.account)
        writer.put("device", line.author.device)
        writer.put("message", line.message)
        writer.put("text", text: line.text)
        writer.put("file", line.file)
        if case .sticker(let sticker, _) = line.body { writer.put("sticker", sticker) }
        if case .media(let media, _) = line.body { writer.put("media", list: media) }
        if case .change(let change) = line.body { write(change, to: &writer) }
        writer.put("expiresIn", number: line.expiry.map { UInt64($0.after.components.seconds) })
        writer.put("expiresAt", line.expiry?.at.map { Timestamp($0) })
        writer.put("removed", text: line.removal?.rawValue)
        writer.put("sentAt", line.sentAt.map { Timestamp($0) })
        writer.put("time", line.time.map { Timestamp($0) })
        writer.put("progress", text: line.progress)
        writer.put("senderHidden", flag: line.trust.isSenderHidden)
        writer.put("senderShown", text: line.trust.senderShown?.rawValue)
        if case .unreadable(let reason) = line.body { writer.put("reason", text: reason.rawValue) }
        if case .refused(.problem(let problem)) = line.delivery { writer.put("problem", text: problem.rawValue) }
        if case .refused(.file(let failure)) = line.delivery { writer.put("fileFailure", text: failure.rawValue) }
    }

    static func text(of line: Line, with handle: Handle?) -> String {
        let shown = (line.time ?? line.sentAt).map { time(Timestamp($0)) } ?? "                "
        if case .conversation = line.id.chat { return "\(shown)  \(openText(of: line, with: handle))" }
        let other = handle?.text ?? String(line.id.chat.description.dropFirst())
        let author = line.author.isOwn ? line.delivery == .received ? "me (device \(line.author.device))" : "me" : other
        let whose = line.author.isOwn ? "\(author) → \(other)" : author
        return "\(shown)  \(whose): \(said(line, with: other))\(mark(line))"
    }

    /// A time, to the minute.
    static func time(_ time: Timestamp) -> String { String(time.description.prefix(16)).replacing("T", with: " ") }

    /// A line of an open conversation, with its number there.
    private static func openText(of line: Line, with handle: Handle?) -> String {
        let author = handle?.text ?? String(line.author.account.description.prefix(8))
        if case .change(let change) = line.body { return told(change, by: author, line.author.account) }
        return "#\(line.number) \(author): \(said(line, with: author))\(mark(line))"
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
            let name = harmless(file.name ?? "without a name").replacing("\n", with: " ")
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
    var isUnreadable: Bool {
        guard case .unreadable = body else { return false }
        return true
    }

    /// What a record calls it.
    var event: String {
        switch body {
        case .unreadable: "unreadable"
        case .change: "change"
        case .text, .file, .media, .sticker, .gone: "message"
        }
    }

    /// Where it came from, in a word.
    fileprivate var kind: String {
        if isUnreadable { return "unreadable" }
        guard author.isOwn else { return "received" }
        return delivery == .received ? "synced" : "sent"
    }

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
