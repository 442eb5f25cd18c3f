/// Where everything stands on a screen of a certain size. Rows and columns are counted from 0.
struct ScreenFrame {
    /// Less than this shows one line that says so.
    static let smallest = ScreenGrid.Size(rowCount: 5, columnCount: 20)
    /// From here on list and chat stand beside each other.
    static let wideColumnCount = 60
    static let inputRowCountMax = 5
    private static let noticeRowCountMax = 3
    private static let listColumnCounts = 20...40
    /// From here on there is room for lines between the parts.
    private static let roomyRowCount = 10

    let size: ScreenGrid.Size
    /// `nil` where the chat is in front; so is the border where they do not stand beside each other.
    let list: Range<Int>?
    let border: Int?
    /// `nil` where the list is in front.
    let chat: Range<Int>?
    /// Of list and chat together.
    let body: Range<Int>
    /// Of what is to know.
    let notice: [ScreenRow]
    let status: Int
    /// Whether the chat's head has two rows and a line below.
    let isRoomy: Bool
    let input: EditorRows
    /// How many rows of the input are in sight.
    let inputRowCount: Int

    /// `nil` on a screen that is too small.
    init?(_ state: ScreenState) {
        let size = state.size
        self.size = size
        guard size.rowCount >= Self.smallest.rowCount, size.columnCount >= Self.smallest.columnCount else { return nil }
        status = size.rowCount - 1
        let notice = state.notice.map { RowWrap.rows(of: $0.row, columnCount: size.columnCount) } ?? []
        // At least a head, a line of the chat and the input stay.
        let shownCount = min(notice.count, Self.noticeRowCountMax, size.rowCount - 4)
        self.notice = shownCount < notice.count
            ? notice.prefix(shownCount - 1) + [Self.rest(notice[(shownCount - 1)...], size.columnCount)] : notice
        body = 0..<(status - shownCount)
        isRoomy = body.count >= Self.roomyRowCount
        if size.columnCount >= Self.wideColumnCount {
            let bounds = Self.listColumnCounts
            let count = min(max(size.columnCount / 3, bounds.lowerBound), bounds.upperBound)
            list = 0..<count
            border = count
            chat = count + 1..<size.columnCount
        } else {
            let whole = 0..<size.columnCount
            border = nil
            list = state.isListInFront ? whole : nil
            chat = state.isListInFront ? nil : whole
        }
        let columnCount = (chat ?? 0..<size.columnCount).count
        input = EditorRows(state.editor, columnCount: columnCount - Self.prompt(state).columnCount)
        // The head, and one line of the chat.
        let takenCount = isRoomy ? 5 : 2
        inputRowCount = min(input.rows.count, Self.inputRowCountMax, max(1, body.count - takenCount))
    }

    /// What does not fit, cut with an ellipsis.
    private static func rest(_ rows: ArraySlice<ScreenRow>, _ columnCount: Int) -> ScreenRow {
        var rest = ScreenRow()
        for row in rows.prefix(2) { rest.append(row) }
        return rest.clipped(to: columnCount)
    }

    /// Says at the input who can read what is written there.
    static func prompt(_ state: ScreenState) -> ScreenRow {
        guard let chat = state.chat else { return ScreenRow("> ") }
        return state.isOpen(chat) ? ScreenRow("open> ", [.bold, .reverse]) : ScreenRow("sealed> ", .bold)
    }

    /// The rows of the chat's lines.
    var lines: Range<Int> {
        let end = body.upperBound - inputRowCount - (isRoomy ? 1 : 0)
        return (isRoomy ? 3 : 1)..<end
    }

    /// Where the input begins.
    var inputRow: Int { body.upperBound - inputRowCount }
}
