import Client
import Wire

/// Which rows of a chat are in sight: named by what stands in the lowest one, so that what comes or goes elsewhere
/// moves nothing.
enum ScrollPlace: Equatable, Sendable {
    /// The end of the chat, whatever comes.
    case newest
    /// The line with that number, but for so many of its last rows.
    case line(SequenceNumber, hiddenRowCount: Int)
}

/// The lines of a chat as rows of a certain width, made as they are asked for.
struct TimelineRows {
    let lines: [Line]
    let columnCount: Int
    /// What the author of a line is called.
    let author: (Line) -> String
    /// What another account is called.
    let name: (AccountID) -> String
    /// Blanks before the second row of a line and all after it: no text of others begins where a line does.
    private static let indent = 6

    /// The rows of a line; before the first of a day its date.
    func rows(at index: Int) -> [ScreenRow] {
        let line = lines[index]
        let row = line.row(by: author(line), name: name)
        let rows = RowWrap.rows(of: row, columnCount: columnCount, indent: Self.indent)
        guard let day = day(of: index), index == 0 || day != self.day(of: index - 1) else { return rows }
        var separator = ScreenRow("── \(day) ", .dim)
        separator.fill(to: columnCount, with: Glyph(base: "─", columnCount: 1), .dim)
        return [separator] + rows
    }

    /// What waits was said on the day before it, or later.
    private func day(of index: Int) -> String? { (lines[index].time ?? lines[index].sentAt).map { LocalTime.day($0) } }

    /// The rows in sight, at most so many, the lowest last.
    func visible(_ place: ScrollPlace, rowCount: Int) -> [ScreenRow] {
        guard var (index, hidden) = bottom(place) else { return [] }
        var visible: [ScreenRow] = []
        while index >= 0, visible.count < rowCount {
            let rows = rows(at: index).dropLast(hidden)
            visible.insert(contentsOf: rows.suffix(rowCount - visible.count), at: 0)
            (index, hidden) = (index - 1, 0)
        }
        return visible
    }

    /// The place so many rows further up, down where that is negative; never beyond the first row or the last.
    func moved(_ place: ScrollPlace, up count: Int, rowCount: Int) -> ScrollPlace {
        guard var (index, hidden) = bottom(place) else { return .newest }
        hidden += count
        while index < lines.count, hidden < 0 {
            index += 1
            if index < lines.count { hidden += rows(at: index).count }
        }
        guard index < lines.count else { return .newest }
        while index > 0 {
            let rowCount = rows(at: index).count
            guard hidden >= rowCount else { break }
            hidden -= rowCount
            index -= 1
        }
        hidden = min(hidden, rows(at: index).count)
        // The first row of all stays at the top.
        if let top = lowestAtTop(rowCount), (index, -hidden) < (top.index, -top.hidden) { (index, hidden) = top }
        if index == lines.count - 1, hidden == 0 { return .newest }
        return .line(lines[index].number, hiddenRowCount: hidden)
    }

    /// Whether the first row of all is in sight.
    func isAtTop(_ place: ScrollPlace, rowCount: Int) -> Bool {
        guard let (index, hidden) = bottom(place) else { return true }
        var count = -hidden
        for index in (0...index).reversed() {
            count += rows(at: index).count
            if count > rowCount { return false }
        }
        return true
    }

    /// What stands lowest where the first row of all is the highest; `nil` where there are fewer rows than fit.
    private func lowestAtTop(_ rowCount: Int) -> (index: Int, hidden: Int)? {
        var count = 0
        for index in lines.indices {
            count += rows(at: index).count
            if count >= rowCount { return (index, count - rowCount) }
        }
        return lines.isEmpty ? nil : (lines.count - 1, 0)
    }

    private func bottom(_ place: ScrollPlace) -> (index: Int, hidden: Int)? {
        guard !lines.isEmpty else { return nil }
        guard case .line(let number, let hidden) = place else { return (lines.count - 1, 0) }
        // One that has gone meanwhile leaves its place to the one before it.
        guard let index = lines.lastIndex(where: { $0.number <= number }) else { return (0, 0) }
        return lines[index].number == number ? (index, min(hidden, rows(at: index).count)) : (index, 0)
    }
}
