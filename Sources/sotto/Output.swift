import Client
import Glibc
import Wire

/// What the program says: results on standard output, the rest on standard error.
struct Output: Sendable {
    let isJSON: Bool

    /// A line for people.
    func say(_ text: String) {
        if !isJSON { Self.write(text + "\n", to: STDOUT_FILENO) }
    }

    /// One JSON object, where JSON is asked for.
    func object(_ event: String, _ fields: (inout WireWriter) -> Void) {
        guard isJSON else { return }
        var writer = WireWriter(form: .json)
        writer.record { (writer) in
            writer.put("event", text: event)
            fields(&writer)
        }
        Self.write(writer.bytes + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
    }

    /// How things go, where somebody watches.
    func progress(_ text: String) {
        if isatty(STDERR_FILENO) == 1 { Self.write(text + "\n", to: STDERR_FILENO) }
    }

    /// How far a file is.
    func progress(_ done: String, _ progress: FileProgress) {
        let percent = progress.byteCount == 0 ? 100 : progress.doneByteCount * 100 / progress.byteCount
        self.progress("\(done) \(progress.doneByteCount) of \(progress.byteCount) bytes, \(percent) %")
    }

    func failure(_ error: ClientError) {
        object("error") { (writer) in
            writer.put("code", text: error.code)
            writer.put("message", text: Self.harmless(error.description))
        }
        Self.complain(Self.harmless(error.description))
    }

    static func complain(_ text: String) { write("sotto: \(text)\n", to: STDERR_FILENO) }

    /// A line of the transcript.
    func entry(_ entry: HistoryEntry) {
        object(entry.kind == .unreadable ? "unreadable" : "message") { entry.write(fields: &$0) }
        say(Self.line(entry))
    }

    /// Says that the server has a message, and whether it was shown who sent it though that could have been hidden.
    func accepted(_ entry: HistoryEntry) {
        object("accepted") { entry.write(fields: &$0) }
        say((["Accepted."] + [entry.senderShown.flatMap(Self.notice)].compactMap { $0 }).joined(separator: " "))
    }

    /// What a user should know of a message that went out signed in; `nil` where it could not have gone otherwise.
    static func notice(_ reason: SenderShownReason) -> String? {
        switch reason {
        case .tokenUnknown: nil
        case .tokenRefused:
            "The recipient did not take its delivery token any more, so the server was shown who sent this."
        case .noCertificate: "The server gave out no sender certificate, so it was shown who sent this."
        }
    }

    static func line(_ entry: HistoryEntry) -> String {
        let peer = entry.peerHandle?.text ?? entry.peer.description
        let time = entry.time ?? entry.sentAt
        let shown = time.map { String($0.description.prefix(16)).replacing("T", with: " ") } ?? "                "
        let text = entry.removal == nil ? said(entry) : "[\(entry.removal?.rawValue ?? "")]"
        switch entry.kind {
        case .received: return "\(shown)  \(peer): \(text)"
        case .sent:
            guard entry.removal == nil else { return "\(shown)  me → \(peer): \(text)" }
            var mark = entry.progress == .accepted ? "" : " (\(entry.progress?.rawValue ?? "unknown"))"
            if let failure = entry.fileFailure { mark = " (refused: \(failure.rawValue))" }
            if entry.senderShown?.isDowngrade == true { mark += " (sender shown to the server)" }
            return "\(shown)  me → \(peer): \(text)\(mark)"
        case .synced: return "\(shown)  me (device \(entry.device)) → \(peer): \(text)"
        case .unreadable: return "\(shown)  \(peer): [cannot be read: \(entry.reason?.rawValue ?? "unknown")]"
        }
    }

    /// The text, and the file beside it.
    private static func said(_ entry: HistoryEntry) -> String {
        let text = harmless(entry.text ?? "")
        guard let file = entry.file else { return text }
        let name = harmless(file.name ?? "without a name").replacing("\n", with: " ")
        if let sticker = entry.sticker {
            return "[sticker \(harmless(sticker.emoji)): sotto download \(entry.index) -o OUT]"
        }
        let note = "[file \(name)\(dimensions(file)), \(file.byteCount) bytes: sotto download \(entry.index) -o OUT]"
        return text.isEmpty ? note : text + " " + note
    }

    private static func dimensions(_ file: FileNote) -> String {
        guard let width = file.width, let height = file.height else { return "" }
        return ", \(width)×\(height)"
    }

    /// What others wrote, without what would move a terminal's cursor or forge a line.
    static func harmless(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: shown.append(contentsOf: "\n    ".unicodeScalars)
            case 0x09: shown.append(scalar)
            case 0x00..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: shown.append("\u{FFFD}")
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }

    /// One call for one line, so that lines of several tasks do not mix.
    static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

    /// Bytes of a file, to standard output.
    /// - Throws: ``ClientError/file(_:)`` when nobody takes them.
    static func bytes(_ bytes: [UInt8]) throws(ClientError) {
        guard write(bytes, to: STDOUT_FILENO) else { throw .file(.unwritable) }
    }

    @discardableResult
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
