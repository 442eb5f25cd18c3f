/// What a terminal is to show, cell by cell, and where its cursor stands.
struct ScreenGrid: Equatable, Sendable {
    /// Rows and columns of a terminal.
    struct Size: Equatable, Sendable {
        var rowCount: Int
        var columnCount: Int
    }

    /// A place of a glyph; the second column of a wide one shows nothing of its own.
    struct Cell: Equatable, Sendable {
        var glyph: Glyph?
        var style: CellStyle
    }

    let size: Size
    private(set) var rows: [[Cell]]
    /// `nil` for none.
    var cursor: (row: Int, column: Int)?

    init(_ size: Size) {
        self.size = size
        let row = Array(repeating: Cell(glyph: .blank, style: []), count: size.columnCount)
        rows = Array(repeating: row, count: size.rowCount)
    }

    static func == (left: ScreenGrid, right: ScreenGrid) -> Bool {
        left.rows == right.rows && left.cursor?.row == right.cursor?.row
            && left.cursor?.column == right.cursor?.column
    }

    /// Writes a text into some columns of a row, and blanks behind it. What does not fit is left out: nothing is ever
    /// written beside them.
    /// - Parameter style: of the blanks, and beside that of each glyph.
    mutating func write(_ text: ScreenRow, row: Int, columns: Range<Int>, _ style: CellStyle = []) {
        guard rows.indices.contains(row) else { return }
        let columns = columns.clamped(to: 0..<size.columnCount)
        var column = columns.lowerBound
        for piece in text.pieces {
            let count = piece.glyph.columnCount
            guard count > 0, column + count <= columns.upperBound else { break }
            rows[row][column] = Cell(glyph: piece.glyph, style: piece.style.union(style))
            if count == 2 { rows[row][column + 1] = Cell(glyph: nil, style: piece.style.union(style)) }
            column += count
        }
        while column < columns.upperBound {
            rows[row][column] = Cell(glyph: .blank, style: style)
            column += 1
        }
    }

    /// A row as text, without the blanks at its end.
    func text(ofRow row: Int) -> String {
        let text = String(rows[row].compactMap(\.glyph))
        return String(text.reversed().drop { $0 == " " }.reversed())
    }
}
