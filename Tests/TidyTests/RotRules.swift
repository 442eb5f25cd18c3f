/// A file that a comment of the code names: it moves, and the comment stays. A type can be named in its place.
func filesInComments(_ file: SourceFile) -> [Finding] {
    guard file.isSwift else { return [] }
    return file.lines.enumerated().compactMap { (index, line) in
        guard line.contains(".swift"), let comment = comment(of: line, whoseCodeIs: file.code[index]),
            let name = swiftFiles(in: comment).first
        else { return nil }
        return Finding(file, line: index, "a comment names \(name): name its type, which rots less")
    }
}

/// A Swift file that a page names and nobody has.
func missingFiles(_ page: SourceFile, among paths: Set<String>) -> [Finding] {
    guard page.isPage else { return [] }
    let ends = Set(paths.map { "/" + $0 })
    return page.lines.enumerated().flatMap { (index, line) in
        swiftFiles(in: line).filter { (name) in !ends.contains { $0.hasSuffix("/" + name) } }
            .map { Finding(page, line: index, "there is no \($0)") }
    }
}

/// From the slashes on, when nothing but a comment follows them.
private func comment(of line: String, whoseCodeIs code: [UInt8]) -> String? {
    let bytes = Array(line.utf8)
    let start = bytes.places(of: "//").first { (place) in code[place...].allSatisfy { $0 == 0x20 } }
    return start.map { String(decoding: bytes[$0...], as: UTF8.self) }
}

/// Names with their folders, but for patterns such as `<Room>Tests.swift`.
private func swiftFiles(in text: String) -> [String] {
    // Whether a link leads anywhere is for another rule.
    text.matches(of: /(?:\.\.\/)*([\w+\/…*<>.-]*\.swift)\b/).map { String($0.1) }.filter { (name) in
        !name.contains { "…*<".contains($0) } && name != ".swift"
    }
}

/// What only its own declaration names: functions and properties that are neither public nor used, in code or tests.
///
/// One that shares its name with something else goes unnoticed, so that whatever is found is dead.
func dead(in files: [SourceFile]) -> [Finding] {
    var counts: [String: Int] = [:]
    for file in files where file.isSwift {
        for code in file.code { for word in words(of: code) { counts[word, default: 0] += 1 } }
    }
    return files.filter(\.isSource).flatMap { (file) in
        file.code.enumerated().compactMap { (index, code) -> Finding? in
            guard let name = declaredName(code), counts[name] == 1 else { return nil }
            return Finding(file, line: index, "nobody names \(name)")
        }
    }
}

/// The function or property that a line declares, unless others than this package may use it.
private func declaredName(_ code: [UInt8]) -> String? {
    let words = words(of: code)
    guard let index = words.firstIndex(where: { ["func", "var", "let"].contains($0) }), index + 1 < words.count,
        !words[..<index].contains("public")
    else { return nil }
    return words[index + 1]
}

private func words(of code: [UInt8]) -> [String] {
    code.split { (byte) in
        let character = Character(Unicode.Scalar(byte))
        return byte < 0x80 && !character.isLetter && !character.isNumber && character != "_"
    }.map { String(decoding: $0, as: UTF8.self) }
}
