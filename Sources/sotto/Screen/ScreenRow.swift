/// How a cell is shown. No colours: what matters is said in words, and these only help to find it.
struct CellStyle: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let bold = CellStyle(rawValue: 1)
    static let dim = CellStyle(rawValue: 2)
    static let reverse = CellStyle(rawValue: 4)
    static let underline = CellStyle(rawValue: 8)
}

/// Glyphs beside each other, each with its style: a text before it has its place, or one row of it.
struct ScreenRow: Equatable, Sendable {
    /// A glyph and its style.
    struct Piece: Equatable, Sendable {
        var glyph: Glyph
        var style: CellStyle
    }

    var pieces: [Piece] = []

    init() {}

    init(_ text: some StringProtocol, _ style: CellStyle = []) { add(text, style) }

    /// How many columns it takes.
    var columnCount: Int { pieces.reduce(0) { $0 + $1.glyph.columnCount } }

    mutating func add(_ text: some StringProtocol, _ style: CellStyle = []) {
        pieces += GlyphRule.glyphs(of: text).map { Piece(glyph: $0, style: style) }
    }

    /// Adds a text that has to stay in its row.
    mutating func addLine(_ text: some StringProtocol, _ style: CellStyle = []) {
        pieces += GlyphRule.line(text).map { Piece(glyph: $0, style: style) }
    }

    mutating func append(_ other: ScreenRow) { pieces += other.pieces }

    /// Blanks up to a column.
    mutating func fill(to column: Int, with glyph: Glyph = .blank, _ style: CellStyle = []) {
        let count = column - columnCount
        if count > 0 { pieces += repeatElement(Piece(glyph: glyph, style: style), count: count) }
    }

    /// As much of it as fits, with an ellipsis where something is missing.
    func clipped(to columnCountMax: Int) -> ScreenRow {
        guard columnCount > columnCountMax else { return self }
        guard columnCountMax > 0 else { return ScreenRow() }
        var clipped = ScreenRow()
        var column = 0
        for piece in pieces {
            guard column + piece.glyph.columnCount < columnCountMax else { break }
            column += piece.glyph.columnCount
            clipped.pieces.append(piece)
        }
        clipped.pieces.append(Piece(glyph: .ellipsis, style: clipped.pieces.last?.style ?? []))
        return clipped
    }
}
