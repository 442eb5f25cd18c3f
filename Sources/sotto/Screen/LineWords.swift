import Client

/// What a line of a chat says, in words.
extension Line {
    /// Its number, its time and its author, what it says, and how far it has come.
    /// - Parameters:
    ///   - author: what its author is called here.
    ///   - name: what another account is called here.
    func row(by author: String, name: (AccountID) -> String) -> ScreenRow {
        var row = ScreenRow("#\(number) ", .dim)
        row.add((time ?? sentAt).map { LocalTime.time($0) + " " } ?? "--:-- ", .dim)
        if case .change(let change) = body {
            let author = self.author.isOwn ? "you" : author
            row.addLine(Output.told(change, by: author, self.author.account, name: name))
            return row
        }
        row.addLine(author, self.author.isOwn ? [.bold, .underline] : .bold)
        row.add(": ", .bold)
        row.add(said, isQuiet ? .dim : [])
        let marks = marks
        if !marks.isEmpty { row.add(" (\(marks.joined(separator: ", ")))", .dim) }
        return row
    }

    /// The same for the list of chats, in one row.
    var summary: String {
        if case .change = body { return "[changed]" }
        return (author.isOwn ? "me: " : "") + said
    }

    /// Whether it says nothing of its own.
    private var isQuiet: Bool {
        switch body {
        case .gone, .unreadable: true
        case .text, .file, .media, .sticker, .change: false
        }
    }

    private var said: String {
        switch body {
        case .text(let text): text
        case .file(let file, let caption): join(caption, Self.note(file))
        case .sticker(let sticker, _): "[sticker \(oneLine(sticker.emoji))]"
        case .media(let media, let caption):
            join(caption, "[\(media.count == 1 ? "a file" : "\(media.count) files") that the server can see]")
        case .change: ""
        case .gone(.deleted): "[deleted]"
        case .gone(.expired): "[disappeared]"
        case .unreadable(let reason): "[cannot be read: \(reason.words)]"
        }
    }

    private static func note(_ file: FileNote) -> String {
        let name = file.name.map { oneLine($0) } ?? "without a name"
        let side = file.width.flatMap { (width) in file.height.map { ", \(width)×\($0)" } } ?? ""
        return "[file \(name)\(side), \(file.byteCount) bytes]"
    }

    private func join(_ caption: String?, _ note: String) -> String { caption.map { "\($0) \(note)" } ?? note }

    /// How far an own message has come.
    private var marks: [String] {
        guard removal == nil else { return [] }
        var marks: [String] = []
        switch delivery {
        case .received: break
        case .uploading: marks.append("uploading")
        case .queued: marks.append("waiting")
        case .accepted: marks.append("accepted")
        case .withdrawn: marks.append("taken back")
        case .refused(let refusal): marks.append("refused: \(refusal.words)")
        }
        if delivery == .accepted, trust.senderShown?.isDowngrade == true { marks.append("sender shown to the server") }
        if expiry != nil { marks.append("disappears") }
        return marks
    }
}

/// What has to stay in its row and its brackets.
private func oneLine(_ text: String) -> String {
    // By scalars: a carriage return and an end of line are one character.
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : $0 }))
}

extension UnreadableReason {
    fileprivate var words: String {
        switch self {
        case .malformed: "it is no message"
        case .unknownSender: "its sender is not known"
        case .untrustedSender: "its sender's keys are not those that are known"
        case .unknownPreKey: "it needs a key that this device does not have"
        case .noSession: "it belongs to a session that this device does not have"
        case .notAuthentic: "it is damaged, or came twice"
        case .unknownContent: "it needs a later version of sotto"
        }
    }
}

extension Delivery.Refusal {
    fileprivate var words: String {
        switch self {
        case .problem(let problem): problem.rawValue
        case .file(let failure): "file \(failure.rawValue)"
        case .keys: "the keys are not to be trusted"
        case .answer: "the server was not understood"
        }
    }
}
