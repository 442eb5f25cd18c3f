import Client

/// Draws a state into cells. Nothing is kept from one drawing to the next.
struct ScreenLayout {
    let state: ScreenState
    let frame: ScreenFrame
    private var grid: ScreenGrid

    static func grid(of state: ScreenState) -> ScreenGrid {
        guard let frame = ScreenFrame(state) else { return tooSmall(state.size) }
        var layout = ScreenLayout(state, frame)
        layout.draw()
        return layout.grid
    }

    private init(_ state: ScreenState, _ frame: ScreenFrame) {
        self.state = state
        self.frame = frame
        grid = ScreenGrid(state.size)
    }

    private static func tooSmall(_ size: ScreenGrid.Size) -> ScreenGrid {
        var grid = ScreenGrid(size)
        let smallest = ScreenFrame.smallest
        let text = ScreenRow("Too small: \(smallest.columnCount) × \(smallest.rowCount) at least.")
        grid.write(text.clipped(to: size.columnCount), row: 0, columns: 0..<size.columnCount)
        return grid
    }

    private mutating func draw() {
        if let first = state.helpRow {
            drawHelp(first)
        } else {
            if let list = frame.list { drawList(list) }
            if let border = frame.border {
                for row in frame.body { grid.write(ScreenRow("│", .dim), row: row, columns: border..<border + 1) }
            }
            if let chat = frame.chat { drawChat(chat) }
        }
        let whole = 0..<frame.size.columnCount
        for (index, row) in frame.notice.enumerated() {
            grid.write(row, row: frame.body.upperBound + index, columns: whole)
        }
        grid.write(statusRow.clipped(to: whole.count), row: frame.status, columns: whole, .reverse)
    }

    private mutating func drawHelp(_ first: Int) {
        for (index, row) in frame.body.enumerated() {
            let rows = ScreenHelp.rows(columnCount: frame.size.columnCount)
            guard rows.indices.contains(first + index) else { continue }
            grid.write(rows[first + index], row: row, columns: 0..<frame.size.columnCount)
        }
    }

    // MARK: The list

    private mutating func drawList(_ columns: Range<Int>) {
        let head = ScreenRow("Chats of \(state.own.handle) (\(state.chats.ids.count))", .bold)
        grid.write(head.clipped(to: columns.count), row: 0, columns: columns)
        // Page by page, so that the one that is shown is in sight.
        let pageCount = max(1, (frame.body.count - 1) / 2)
        let shown = state.chats.index(of: state.chat)
        let first = (shown ?? 0) / pageCount * pageCount
        for (place, index) in (first..<min(first + pageCount, state.chats.ids.count)).enumerated() {
            let chat = state.chats[index]
            let style: CellStyle = index == shown ? .reverse : []
            let rows = [Self.name(of: chat, isShown: index == shown, columns.count, state.surroundings.now())]
                + [Self.newest(of: chat, columns.count)]
            for (offset, row) in rows.enumerated() {
                grid.write(row, row: 1 + place * 2 + offset, columns: columns, style)
            }
        }
    }

    private static func name(of chat: ShownChat, isShown: Bool, _ columnCount: Int, _ now: Date) -> ScreenRow {
        let day = LocalTime.day(chat.activity)
        let time = day == LocalTime.day(now) ? LocalTime.time(chat.activity) : day
        var name = ScreenRow(isShown ? "> " : "  ")
        name.addLine(chat.title, .bold)
        name = name.clipped(to: columnCount - time.count - 1)
        name.fill(to: columnCount - time.count)
        name.add(time)
        return name
    }

    private static func newest(of chat: ShownChat, _ columnCount: Int) -> ScreenRow {
        var row = ScreenRow("  \(chat.isOpen ? "open" : "sealed")\(chat.isOver ? ", over" : "")  ")
        row.addLine(chat.last?.summary ?? "")
        return row.clipped(to: columnCount)
    }

    // MARK: The chat

    private mutating func drawChat(_ columns: Range<Int>) {
        drawHead(columns)
        if frame.isRoomy {
            for row in [frame.lines.lowerBound - 1, frame.lines.upperBound] { drawRule(row, columns) }
        }
        if state.chat == nil {
            let hint = ScreenRow("No chat yet: /to HANDLE begins one.")
            return drawRows(RowWrap.rows(of: hint, columnCount: columns.count), columns)
        }
        let lines = state.timelineRows(columnCount: columns.count)
        drawRows(lines.visible(state.place, rowCount: frame.lines.count), columns)
        drawInput(columns)
    }

    /// At the end of the room for them.
    private mutating func drawRows(_ rows: [ScreenRow], _ columns: Range<Int>) {
        let first = frame.lines.upperBound - rows.count
        for (index, row) in rows.enumerated() { grid.write(row, row: first + index, columns: columns) }
    }

    private mutating func drawRule(_ row: Int, _ columns: Range<Int>) {
        var rule = ScreenRow()
        rule.fill(to: columns.count, with: Glyph(base: "─", columnCount: 1), .dim)
        grid.write(rule, row: row, columns: columns)
    }

    private mutating func drawHead(_ columns: Range<Int>) {
        guard let chat = state.chat else { return }
        let isOpen = state.isOpen(chat)
        var mode = isOpen ? "open: the server can read this" : "sealed: only members can read this"
        if let index = state.chats.index(of: chat), state.chats[index].isOver { mode += "; it is over" }
        var title = ScreenRow()
        title.addLine(state.title(of: chat), .bold)
        if let person = chat.person { title.add(verification(of: person)) }
        let modeRow = ScreenRow(mode, isOpen ? [.bold, .reverse] : .bold)
        if frame.isRoomy {
            grid.write(title.clipped(to: columns.count), row: 0, columns: columns)
            grid.write(modeRow.clipped(to: columns.count), row: 1, columns: columns)
        } else {
            var row = ScreenRow(isOpen ? "open " : "sealed ", .bold)
            row.append(title)
            grid.write(row.clipped(to: columns.count), row: 0, columns: columns)
        }
    }

    private func verification(of account: AccountID) -> String {
        switch state.people[account]?.verification {
        case .verified: ", verified"
        case .unverified: ", not verified"
        case nil: ""
        }
    }

    private mutating func drawInput(_ columns: Range<Int>) {
        let prompt = ScreenFrame.prompt(state)
        let first = frame.input.first(of: frame.inputRowCount)
        for index in 0..<frame.inputRowCount {
            var row = index == 0 ? prompt : ScreenRow()
            row.fill(to: prompt.columnCount)
            row.append(frame.input.rows[first + index])
            grid.write(row, row: frame.inputRow + index, columns: columns)
        }
        let cursor = frame.input.cursor
        grid.cursor = (
            frame.inputRow + cursor.row - first, columns.lowerBound + prompt.columnCount + cursor.column
        )
    }

    // MARK: The last row

    private var statusRow: ScreenRow {
        var parts = [state.connection.words]
        if state.isBehind { parts.append("newer lines below: PageDown") }
        if state.isLoading { parts.append("loading") }
        if state.waitingCount > 0 { parts.append("\(state.waitingCount) waiting to be sent") }
        for (name, progress) in state.progress.sorted(by: { $0.key < $1.key }) {
            parts.append("\(name) \(progress.percent) %")
        }
        if frame.border == nil { parts.append(state.isListInFront ? "F2 chat" : "F2 list") }
        parts.append("F1 help")
        var row = ScreenRow()
        row.addLine(parts.joined(separator: " · "))
        return row
    }
}

extension ScreenState {
    func timelineRows(columnCount: Int) -> TimelineRows {
        TimelineRows(lines: lines, columnCount: columnCount, author: { author(of: $0) }, name: { name(of: $0) })
    }

    /// Whether the chat has lines below those in sight.
    var isBehind: Bool { timeline?.chat == chat && (place != .newest || timeline?.snapshot.hasNewer == true) }
}

extension ConnectionState {
    fileprivate var words: String {
        switch self {
        case .off, .connecting: "connecting"
        case .catchingUp: "catching up"
        case .live: "connected"
        case .waiting: "not connected, trying again"
        }
    }
}

extension FileProgress {
    fileprivate var percent: UInt64 { byteCount == 0 ? 100 : min(doneByteCount, byteCount) * 100 / byteCount }
}
