/// The bounds of STYLE on what fits a reader's head.
enum TextBounds {
    static let fileLineCountMax = 400
    static let functionLineCountMax = 70
    static let lineLengthMax = 120
}

/// A file that a script prints is as long as it must be.
func longFile(_ file: SourceFile) -> [Finding] {
    if file.lines.first?.hasPrefix("// Printed by ") == true { return [] }
    let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
    guard file.isSwift, count > TextBounds.fileLineCountMax else { return [] }
    return [Finding(file, line: count - 1, "\(count) lines; the bound is \(TextBounds.fileLineCountMax)")]
}

func longLines(_ file: SourceFile) -> [Finding] {
    // A table row of Markdown cannot be wrapped, nor a line that is one long literal without a space.
    guard !file.path.hasSuffix(".md"), !file.path.hasSuffix(".cddl") else { return [] }
    return file.lines.enumerated().compactMap { (index, line) in
        guard line.utf8.count > TextBounds.lineLengthMax, line.count > TextBounds.lineLengthMax else { return nil }
        return Finding(file, line: index, "\(line.count) characters; the bound is \(TextBounds.lineLengthMax)")
    }
}

func strayWhiteSpace(_ file: SourceFile) -> [Finding] {
    file.lines.enumerated().compactMap { (index, line) in
        if file.isSwift, line.utf8.contains(0x09) { return Finding(file, line: index, "a tab") }
        guard let last = line.utf8.last, last == 0x20 || last == 0x09 || last == 0x0D else { return nil }
        return Finding(file, line: index, "white space at the end")
    }
}

/// Work that is left is done or written down as an issue; it does not hide in the code.
func leftovers(_ file: SourceFile) -> [Finding] {
    // Spelled apart, so that this file keeps its own rule.
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    return file.lines.enumerated().compactMap { (index, line) in
        let bytes = Array(line.utf8)
        for word in words {
            for place in bytes.places(of: word) {
                let around = [place - 1, place + word.utf8.count].filter(bytes.indices.contains).map { bytes[$0] }
                let isWord = around.allSatisfy { !Character(Unicode.Scalar($0)).isLetter && $0 != UInt8(ascii: "_") }
                if isWord { return Finding(file, line: index, "\(word): do it or let it go") }
            }
        }
        return nil
    }
}

/// Paths of one machine mean nothing on another.
func machinePaths(_ file: SourceFile) -> [Finding] {
    guard !file.path.hasPrefix("Tests/") else { return [] }
    let folders = ["tmp", "root", "home", "work"].map { "/\($0)/" }
    return file.lines.enumerated().compactMap { (index, line) in
        let bytes = Array(line.utf8)
        for folder in folders {
            for place in bytes.places(of: folder) {
                let before = place > 0 ? Character(Unicode.Scalar(bytes[place - 1])) : " "
                // Part of a longer path or address, such as `/v1/work/`.
                if before.isLetter || before.isNumber || "._-}>)*".contains(before) { continue }
                return Finding(file, line: index, "a path of this machine: \(folder)")
            }
        }
        return nil
    }
}
