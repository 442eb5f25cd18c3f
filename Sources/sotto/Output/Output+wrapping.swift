// Lines that a terminal would break where it likes: at its first column, where a line of somebody else begins.

extension Output {
    /// Blanks before every row of a line but its first, as ``harmless(_:)`` has them behind an end of a line.
    private static let indent = 4

    /// The text as it is where the descriptor is no terminal, or one that does not say how wide it is.
    static func wrapped(_ text: String, for descriptor: Int32) -> String {
        guard let columnCount = CursesScreen.size(of: descriptor)?.columnCount, GlyphRule.isReady else { return text }
        return wrapped(text, columnCount: columnCount)
    }

    /// In rows of so many columns at most, by the rules of the full screen.
    static func wrapped(_ text: String, columnCount: Int) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let rows = lines.flatMap { RowWrap.rows(of: ScreenRow($0), columnCount: columnCount, indent: indent) }
        return rows.map { String($0.pieces.map(\.glyph)) }.joined(separator: "\n")
    }
}
