/// Functions, initialisers and computed values that do not fit one screen.
func longFunctions(_ file: SourceFile) -> [Finding] {
    let heads = ["func ", "init(", "init?(", "init<", "deinit ", "subscript(", "var "]
    return file.code.enumerated().compactMap { (index, code) in
        guard let place = heads.compactMap({ wordPlace(of: $0, in: code) }).min() else { return nil }
        guard let last = lastLineOfBody(in: file, line: index, column: place) else { return nil }
        let count = last - index + 1
        guard count > TextBounds.functionLineCountMax else { return nil }
        return Finding(file, line: index, "\(count) lines; the bound is \(TextBounds.functionLineCountMax)")
    }
}

/// Where `word` stands as the start of a declaration: after nothing, a space or an opening brace.
private func wordPlace(of word: String, in code: [UInt8]) -> Int? {
    code.places(of: word).first { $0 == 0 || code[$0 - 1] == 0x20 || code[$0 - 1] == UInt8(ascii: "{") }
}

/// The line on which the braces close that open after a declaration's head; nil when it has no body.
private func lastLineOfBody(in file: SourceFile, line: Int, column: Int) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in line..<file.code.count {
        let code = index == line ? Array(file.code[index].dropFirst(column)) : file.code[index]
        for byte in code {
            switch byte {
            case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
            case UInt8(ascii: "{"): braces += 1
            case UInt8(ascii: "}"):
                braces -= 1
                if braces == 0, parentheses == 0 { return index }
                if braces < 0 { return nil }
            default: break
            }
        }
        guard parentheses == 0, braces == 0 else { continue }
        let next = index + 1 < file.code.count ? file.code[index + 1].drop { $0 == 0x20 } : []
        let goesOn = ["{", "throws", "rethrows", "async", "->", "where"].contains { next.starts(with: $0.utf8) }
        if !goesOn { return nil }
    }
    return nil
}

/// What traps when the world is not as hoped. Bad input is an error, and our own mistakes are `precondition`s with a
/// reason.
func traps(_ file: SourceFile) -> [Finding] {
    guard file.isSource else { return [] }
    return file.code.enumerated().flatMap { (index, code) -> [Finding] in
        var found: [Finding] = []
        for word in ["try!", "as!", "fatalError(", ".unsafelyUnwrapped"] where !code.places(of: word).isEmpty {
            found.append(Finding(file, line: index, "\(word) traps without a reason"))
        }
        for place in forceUnwraps(in: code) {
            found.append(Finding(file, line: index, "column \(place + 1): a forced unwrap"))
        }
        return found
    }
}

/// An entry of a folder that is copied: as the longest that there may be, so that what lies behind the last one is read
/// as well. Foundation's way to start a program does so with the folder of open files, and traps where a thousand are.
func overreads(_ file: SourceFile) -> [Finding] {
    file.code.enumerated().compactMap { (index, code) in
        let places = ["(of: entry.pointee.d_name)", "(to: entry.pointee.d_name)", "= Process()"]
        guard let place = places.first(where: { !code.places(of: $0).isEmpty }) else { return nil }
        return Finding(file, line: index, "\(place) reads behind the end")
    }
}

/// `!` straight after a name, a closing bracket or a literal, that is neither `!=` nor part of `try!` and `as!`.
private func forceUnwraps(in code: [UInt8]) -> [Int] {
    code.indices.filter { (place) in
        guard code[place] == UInt8(ascii: "!"), place > 0 else { return false }
        guard place + 1 == code.count || code[place + 1] != UInt8(ascii: "=") else { return false }
        let before = Character(Unicode.Scalar(code[place - 1]))
        guard before.isLetter || before.isNumber || "_)]}\"`>?".contains(before) else { return false }
        let head = code[..<place]
        return !head.hasSuffixWord("try") && !head.hasSuffixWord("as")
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffixWord(_ word: String) -> Bool {
        guard suffix(word.utf8.count).elementsEqual(word.utf8) else { return false }
        guard let before = dropLast(word.utf8.count).last.map({ Character(Unicode.Scalar($0)) }) else { return true }
        return !before.isLetter && !before.isNumber && before != "_"
    }
}

/// Rooms report through values and the log; only programs speak to a terminal.
func prints(_ file: SourceFile) -> [Finding] {
    guard file.isInLibraryRoom else { return [] }
    return file.code.enumerated().compactMap { (index, code) in
        let isCall = ["print(", "debugPrint(", "dump("].contains { wordPlace(of: $0, in: code) != nil }
        return isCall ? Finding(file, line: index, "a library room prints") : nil
    }
}

/// A promise the compiler cannot check is explained next to it: who owns the state, or why it never changes.
func unexplainedPromises(_ file: SourceFile) -> [Finding] {
    guard file.isSource else { return [] }
    return file.code.enumerated().compactMap { (index, code) in
        let isPromise = ["@unchecked Sendable", "nonisolated(unsafe)"].contains { !code.places(of: $0).isEmpty }
        guard isPromise else { return nil }
        let near = file.lines[max(0, index - 3)...index]
        let isExplained = near.contains { (line) in
            line.firstRange(of: "//").map { line[$0.upperBound...].split(separator: " ").count >= 3 } ?? false
        }
        return isExplained ? nil : Finding(file, line: index, "nobody says who owns this state")
    }
}
