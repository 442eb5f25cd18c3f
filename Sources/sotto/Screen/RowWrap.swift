/// Breaks a text into rows: at its own ends of lines, at blanks, and within what is longer than a row.
struct RowWrap {
    let columnCount: Int
    /// Blanks before every row but the first.
    let indent: Int
    private var rows: [ScreenRow] = []
    private var row = ScreenRow()
    private var column = 0
    /// Where the row may end: behind its last blank.
    private var breakIndex: Int?

    /// - Parameters:
    ///   - columnCount: of every row; at least 2, the widest glyph.
    ///   - indent: left out where it takes more than half of a row.
    static func rows(of text: ScreenRow, columnCount: Int, indent: Int = 0) -> [ScreenRow] {
        var wrap = RowWrap(columnCount: max(2, columnCount), indent: indent * 2 > columnCount ? 0 : indent)
        for piece in text.pieces { wrap.add(piece) }
        return wrap.rows + [wrap.row]
    }

    private init(columnCount: Int, indent: Int) {
        self.columnCount = columnCount
        self.indent = indent
    }

    private mutating func add(_ piece: ScreenRow.Piece) {
        guard piece.glyph != .lineBreak else { return begin(with: []) }
        if column + piece.glyph.columnCount > columnCount {
            // A blank at which a row ends is not shown in the next one.
            if piece.glyph == .blank { return begin(with: []) }
            let rest = breakIndex.map { Array(row.pieces[$0...]) } ?? []
            if let breakIndex { row.pieces.removeSubrange(breakIndex...) }
            begin(with: rest)
            // What did not fit may not fit behind the indent either.
            return add(piece)
        }
        row.pieces.append(piece)
        column += piece.glyph.columnCount
        if piece.glyph == .blank { breakIndex = row.pieces.count }
    }

    /// Ends the row; the next one begins with what did not fit.
    private mutating func begin(with rest: [ScreenRow.Piece]) {
        rows.append(row)
        row = ScreenRow()
        row.fill(to: indent)
        column = indent
        breakIndex = nil
        for piece in rest { add(piece) }
    }
}
