import Client
import Wire

/// What the screen of `sotto chat` is to show, worked out from what the store says by a rule of its own, for texts of
/// ordinary letters. docs/chat-screen.md draws it.
struct ExpectedScreen {
    let columnCount: Int
    let rowCount: Int
    let own: String
    var chats: [Chat]
    var shown: ChatID
    /// All lines of the chat that is shown.
    var lines: [Line]
    var input = ""
    /// Rows below the newest that are in sight.
    var hiddenRowCount = 0
    var status = "connected · F1 help"

    var listColumnCount: Int { min(max(columnCount / 3, 20), 40) }
    private var chatColumnCount: Int { columnCount - listColumnCount - 1 }
    /// Of lines in sight.
    var lineRowCount: Int { rowCount - 6 }

    var rows: [String] {
        let left = list + Array(repeating: "", count: max(0, rowCount - 1 - list.count))
        let right = [head, mode, rule] + visible + [rule, prompt + input]
        return zip(left, right).map { Self.trimmed(Self.padded($0, listColumnCount) + "│" + $1) } + [status]
    }

    /// What stands left of the border in a row.
    func leftPart(_ row: Int) -> String { list.indices.contains(row) ? Self.trimmed(list[row]) : "" }

    /// Whether there are so many rows at all.
    var isPossible: Bool { all.count - hiddenRowCount >= lineRowCount }

    // MARK: The list

    private var list: [String] {
        ["Chats of \(own) (\(chats.count))"]
            + chats.flatMap { (chat) -> [String] in
                let moment = Self.moment(chat.activity)
                let isToday = moment.day == Self.moment(Date()).day
                let time = isToday ? moment.time : moment.day
                let name = (chat.id == shown ? "> " : "  ") + (chat.handle?.text ?? "#\(chat.name ?? "")")
                let last = chat.last.map { $0.body.isChange ? "[changed]" : ($0.author.isOwn ? "me: " : "") + said($0) }
                let newest = "  \(chat.mode == .open ? "open" : "sealed")  " + (last ?? "").replacing("\n", with: " ")
                return [Self.padded(name, listColumnCount - time.count) + time, Self.clipped(newest, listColumnCount)]
            }
    }

    // MARK: The chat

    private var chat: Chat? { chats.first { $0.id == shown } }
    private var isOpen: Bool { shown.conversation != nil }
    private var head: String { (chat?.handle?.text).map { "\($0), not verified" } ?? "#\(chat?.name ?? "")" }
    private var mode: String { isOpen ? "open: the server can read this" : "sealed: only members can read this" }
    private var prompt: String { isOpen ? "open> " : "sealed> " }
    private var rule: String { String(repeating: "─", count: chatColumnCount) }

    /// Every row of every line, with the days between.
    private var all: [String] {
        var all: [String] = []
        var day = ""
        for line in lines {
            let moment = Self.moment(line.time ?? line.sentAt ?? Date())
            if moment.day != day {
                day = moment.day
                all.append("── \(day) " + String(repeating: "─", count: chatColumnCount - 4 - day.count))
            }
            all += wrapped(text(of: line, at: moment.time))
        }
        return all
    }

    private var visible: [String] {
        let rows = all.dropLast(hiddenRowCount).suffix(lineRowCount)
        return Array(repeating: "", count: lineRowCount - rows.count) + rows
    }

    private func text(of line: Line, at time: String) -> String {
        let chat = chats.first { $0.id == shown }
        let author = line.author.isOwn ? "me" : chat?.handle?.text ?? String(line.author.account.description.prefix(8))
        let head = "#\(line.number) \(time) "
        switch line.body {
        case .change(.created): return head + "you created the conversation."
        case .change(.joined(let accounts)):
            let names = accounts.map { (other) in
                chats.first { $0.id == .person(other) }?.handle?.text ?? String(other.description.prefix(8))
            }
            return head + "you added \(names.joined(separator: ", "))."
        default:
            let isAccepted = line.delivery == .accepted && line.removal == nil
            return head + "\(author): " + said(line) + (isAccepted ? " (accepted)" : "")
        }
    }

    private func said(_ line: Line) -> String {
        guard let file = line.file else { return line.removal == nil ? line.text ?? "" : "[deleted]" }
        return (line.text.map { "\($0) " } ?? "") + "[file \(file.name ?? ""), \(file.byteCount) bytes]"
    }

    /// Word by word, six columns in from the second row on.
    private func wrapped(_ text: String) -> [String] {
        var rows: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var row = rows.isEmpty ? "" : "      "
            var isFirst = true
            for word in paragraph.split(separator: " ") {
                let next = row + (isFirst ? "" : " ") + word
                if Self.width(next) <= chatColumnCount {
                    row = next
                } else {
                    rows.append(row)
                    row = "      " + word
                }
                isFirst = false
            }
            rows.append(row)
        }
        return rows
    }

    // MARK: Texts

    private static func moment(_ date: Date) -> (day: String, time: String) {
        let text = Timestamp(date).description
        return (String(text.prefix(10)), String(text.dropFirst(11).prefix(5)))
    }

    /// Of letters here two columns each where they are of the East, and else one.
    private static func width(_ text: String) -> Int { text.reduce(0) { $0 + ($1 >= "\u{2E80}" ? 2 : 1) } }

    private static func padded(_ text: String, _ count: Int) -> String {
        text + String(repeating: " ", count: max(0, count - width(text)))
    }

    private static func clipped(_ text: String, _ count: Int) -> String {
        guard width(text) > count else { return text }
        var clipped = ""
        for letter in text {
            guard width(clipped) + width(String(letter)) < count else { break }
            clipped.append(letter)
        }
        return clipped + "…"
    }

    private static func trimmed(_ text: String) -> String { String(text.reversed().drop { $0 == " " }.reversed()) }
}

extension LineBody {
    fileprivate var isChange: Bool {
        guard case .change = self else { return false }
        return true
    }
}
