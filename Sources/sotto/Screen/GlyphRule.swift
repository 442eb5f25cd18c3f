import CNcurses

/// How any text becomes glyphs that neither move a cursor nor leave their row, and that every terminal counts alike.
///
/// Widths are those of the C library, which ncurses and most terminals count by. What terminals count differently is
/// shown in a way that all of them agree on: emoji that are joined stand one by one, flags are two letters.
enum GlyphRule {
    /// Marks over one scalar: what living languages need, and no tower that reaches into other rows.
    static let marksMax = 3
    private static let tabColumnCount = 4

    /// Whether texts can be shown at all: the C library counts in UTF-8 from here on.
    static let isReady = sotto_use_utf8() == 1

    /// What the C library says of a scalar.
    private enum Kind {
        case shown(Glyph)
        case mark
        case nothing
    }

    /// The glyphs of a text, with ``Glyph/lineBreak`` where it has a new line.
    static func glyphs(of text: some StringProtocol) -> [Glyph] {
        precondition(isReady, "no locale of UTF-8")
        var glyphs: [Glyph] = []
        glyphs.reserveCapacity(text.utf8.count)
        var before: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            append(scalar, after: before, to: &glyphs)
            before = scalar
        }
        return glyphs
    }

    /// The same where a text has to stay in its row.
    static func line(_ text: some StringProtocol) -> [Glyph] {
        glyphs(of: text).map { $0 == .lineBreak ? .blank : $0 }
    }

    private static func append(
        _ scalar: Unicode.Scalar, after before: Unicode.Scalar?, to glyphs: inout [Glyph]
    ) {
        // What nearly all text is.
        if (0x20..<0x7F).contains(scalar.value) { return glyphs.append(Glyph(base: scalar, columnCount: 1)) }
        switch scalar {
        case "\n":
            // Of the two that end a line elsewhere, one was shown as a sign that is not needed.
            if before == "\r" { glyphs.removeLast() }
            return glyphs.append(.lineBreak)
        case "\t":
            return glyphs.append(contentsOf: repeatElement(.blank, count: tabColumnCount))
        default: break
        }
        if let last = glyphs.last, let syllable = composed(last.base, scalar), last.marks.isEmpty {
            return glyphs[glyphs.count - 1] = Glyph(base: syllable, columnCount: 2)
        }
        switch kind(of: scalar) {
        case .shown(let glyph): glyphs.append(glyph)
        case .nothing: break
        case .mark:
            // Without anything below it, it would stand over what is not of this text.
            guard let last = glyphs.last, last != .lineBreak, last.marks.count < marksMax else { return }
            glyphs[glyphs.count - 1].marks.append(scalar)
        }
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        // They turn what follows around, and what stands beside it.
        case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069: return .shown(.replacement)
        // Joiners, variation selectors, tags, fillers, and the tones of skin: shown by some, as wide as they like.
        case 0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x200B...0x200D, 0x2060...0x206F,
            0x20DD...0x20E0, 0x20E2...0x20E4, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0x1F3FB...0x1F3FF,
            0xE0000...0xE0FFF:
            return .nothing
        // Two of them are a flag somewhere and two boxes elsewhere.
        case 0x1F1E6...0x1F1FF:
            let letter = Unicode.Scalar(UInt8(scalar.value - 0x1F1E6) + UInt8(ascii: "A"))
            return .shown(Glyph(base: letter, columnCount: 1))
        // Parts of syllables that did not fit together.
        case 0x1161...0x11FF, 0xD7B0...0xD7FF: return .shown(.replacement)
        default: break
        }
        let columnCount = Int(sotto_scalar_width(scalar.value))
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .format:
            return .shown(.replacement)
        case .spaceSeparator:
            return .shown(columnCount == 2 ? Glyph(base: "\u{3000}", columnCount: 2) : .blank)
        case .nonspacingMark where columnCount == 0, .enclosingMark where columnCount == 0,
            .spacingMark where columnCount == 0:
            return .mark
        default:
            return .shown((1...2).contains(columnCount) ? Glyph(base: scalar, columnCount: columnCount) : .replacement)
        }
    }

    /// The Korean syllable that a scalar makes of the one before it: names of files come taken apart. Unicode, section
    /// 3.12.
    private static func composed(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        switch (first.value, second.value) {
        case (0x1100...0x1112, 0x1161...0x1175):
            return Unicode.Scalar(0xAC00 + ((first.value - 0x1100) * 21 + second.value - 0x1161) * 28)
        case (0xAC00...0xD7A3, 0x11A8...0x11C2) where (first.value - 0xAC00).isMultiple(of: 28):
            return Unicode.Scalar(first.value + second.value - 0x11A7)
        default: return nil
        }
    }
}
