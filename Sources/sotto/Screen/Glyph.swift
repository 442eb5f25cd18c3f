/// What one or two columns of a terminal show: a scalar, and a bounded number of marks over it.
struct Glyph: Equatable, Sendable {
    /// What stands there: never a control character, and never one that moves others.
    let base: Unicode.Scalar
    /// At most ``GlyphRule/marksMax``; they take no column of their own.
    var marks: [Unicode.Scalar] = []
    /// 1 or 2; 0 of ``lineBreak`` alone.
    let columnCount: Int

    static let blank = Glyph(base: " ", columnCount: 1)
    /// Where a text begins a new row. It is never put into a cell.
    static let lineBreak = Glyph(base: "\n", columnCount: 0)
    /// In place of what cannot be shown, or may not be.
    static let replacement = Glyph(base: "\u{FFFD}", columnCount: 1)
    /// In place of what was cut off.
    static let ellipsis = Glyph(base: "…", columnCount: 1)
}

extension String {
    /// What the glyphs show, as a terminal gives it back.
    init(_ glyphs: some Sequence<Glyph>) {
        var scalars = String.UnicodeScalarView()
        for glyph in glyphs {
            scalars.append(glyph.base)
            scalars.append(contentsOf: glyph.marks)
        }
        self.init(scalars)
    }
}
