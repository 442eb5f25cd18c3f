/// What is being written, and where its cursor stands: one or more lines, up to a bound.
struct LineEditor: Equatable, Sendable {
    /// What a reader takes for single signs.
    private(set) var characters: [Character] = []
    /// Before which of them the cursor stands.
    private(set) var cursor = 0
    /// What was last cut away, for Ctrl-Y.
    private var cut: [Character] = []
    private let scalarCountMax: Int

    /// - Parameter scalarCountMax: Unicode scalars; what does not fit is left out.
    init(scalarCountMax: Int) { self.scalarCountMax = scalarCountMax }

    var text: String { String(characters) }
    var isEmpty: Bool { characters.isEmpty }
    /// Whether another line is above that of the cursor, or below.
    var isInFirstLine: Bool { !characters[..<cursor].contains("\n") }
    var isInLastLine: Bool { !characters[cursor...].contains("\n") }

    /// Writes another text in place of this one, with the cursor behind it.
    mutating func replace(with text: String) {
        characters = []
        cursor = 0
        insert(text)
    }

    /// Inserts a text at the cursor. Ends of lines become new lines, and other control characters are left out: they
    /// could not be sent.
    /// - Returns: whether all of it fitted.
    @discardableResult
    mutating func insert(_ text: String) -> Bool {
        var room = scalarCountMax - characters.reduce(0) { $0 + $1.unicodeScalars.count }
        var inserted = String.UnicodeScalarView()
        var before: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { before = scalar }
            if scalar == "\n", before == "\r" { continue }
            let shown = scalar == "\r" ? "\n" : scalar
            guard shown == "\n" || shown == "\t" || shown.properties.generalCategory != .control else { continue }
            guard room > 0 else { return finishInserting(String(inserted), isWhole: false) }
            inserted.append(shown)
            room -= 1
        }
        return finishInserting(String(inserted), isWhole: true)
    }

    private mutating func finishInserting(_ text: String, isWhole: Bool) -> Bool {
        // A mark joins what stands before it.
        let head = Array(String(characters[..<cursor]) + text)
        let whole = Array(String(head) + String(characters[cursor...]))
        cursor = min(head.count, whole.count)
        characters = whole
        return isWhole
    }

    // MARK: Moving

    mutating func moveLeft() { cursor = max(cursor - 1, 0) }
    mutating func moveRight() { cursor = min(cursor + 1, characters.count) }
    mutating func moveToStartOfLine() { cursor = startOfLine }
    mutating func moveToEndOfLine() { cursor = endOfLine }
    mutating func moveWordLeft() { cursor = startOfWord(before: cursor) }
    mutating func moveWordRight() { cursor = endOfWord(after: cursor) }

    /// To the same column of the line above, or to its end.
    mutating func moveUp() {
        let column = cursor - startOfLine
        guard startOfLine > 0 else { return }
        let end = startOfLine - 1
        let start = characters[..<end].lastIndex(of: "\n").map { $0 + 1 } ?? 0
        cursor = min(start + column, end)
    }

    mutating func moveDown() {
        let column = cursor - startOfLine
        guard endOfLine < characters.count else { return }
        let start = endOfLine + 1
        let end = characters[start...].firstIndex(of: "\n") ?? characters.count
        cursor = min(start + column, end)
    }

    // MARK: Taking away

    mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        remove(cursor..<cursor + 1)
    }

    mutating func deleteForward() {
        if cursor < characters.count { remove(cursor..<cursor + 1) }
    }

    mutating func cutToStartOfLine() { cut(startOfLine..<cursor) }

    /// At its end the line below joins.
    mutating func cutToEndOfLine() { cut(cursor..<max(endOfLine, min(cursor + 1, characters.count))) }
    mutating func cutWordLeft() { cut(startOfWord(before: cursor)..<cursor) }
    mutating func cutWordRight() { cut(cursor..<endOfWord(after: cursor)) }
    mutating func insertCut() { insert(String(cut)) }

    private mutating func cut(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        cut = Array(characters[range])
        cursor = range.lowerBound
        remove(range)
    }

    private mutating func remove(_ range: Range<Int>) {
        // What stood apart may be one sign now.
        let head = Array(String(characters[..<range.lowerBound]))
        let whole = Array(String(head) + String(characters[range.upperBound...]))
        cursor = min(cursor, whole.count)
        characters = whole
    }

    // MARK: Places

    private var startOfLine: Int { characters[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0 }
    private var endOfLine: Int { characters[cursor...].firstIndex(of: "\n") ?? characters.count }

    private func startOfWord(before index: Int) -> Int {
        var index = index
        while index > 0, !characters[index - 1].isWordPart { index -= 1 }
        while index > 0, characters[index - 1].isWordPart { index -= 1 }
        return index
    }

    private func endOfWord(after index: Int) -> Int {
        var index = index
        while index < characters.count, !characters[index].isWordPart { index += 1 }
        while index < characters.count, characters[index].isWordPart { index += 1 }
        return index
    }
}

extension Character {
    fileprivate var isWordPart: Bool { isLetter || isNumber }
}
