/// What is being written, as rows of a certain width: broken within words, so that nothing moves while one writes.
struct EditorRows {
    private(set) var rows: [ScreenRow] = []
    /// Where the cursor stands: on a place of its own behind the last glyph.
    private(set) var cursor = (row: 0, column: 0)

    init(_ editor: LineEditor, columnCount: Int) {
        let columnCount = max(2, columnCount)
        var row = ScreenRow()
        var column = 0
        for (index, character) in editor.characters.enumerated() {
            if index == editor.cursor { cursor = (rows.count, column) }
            for glyph in GlyphRule.glyphs(of: String(character)) {
                if glyph == .lineBreak || column + glyph.columnCount > columnCount {
                    // At a row's end the cursor stands before what begins the next one.
                    if index == editor.cursor, glyph != .lineBreak { cursor = (rows.count + 1, 0) }
                    rows.append(row)
                    (row, column) = (ScreenRow(), 0)
                }
                guard glyph != .lineBreak else { continue }
                row.pieces.append(.init(glyph: glyph, style: []))
                column += glyph.columnCount
            }
        }
        rows.append(row)
        if editor.cursor >= editor.characters.count { cursor = (rows.count - 1, column) }
        guard cursor.column >= columnCount else { return }
        cursor = (cursor.row + 1, 0)
        if cursor.row == rows.count { rows.append(ScreenRow()) }
    }

    /// The first of so many rows in sight, with the cursor among them.
    func first(of count: Int) -> Int {
        min(max(0, cursor.row - count + 1), max(0, rows.count - count))
    }
}
