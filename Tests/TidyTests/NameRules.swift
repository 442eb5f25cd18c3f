/// Types of one name in two files. Programs each have their `Main`.
func namesakes(_ files: [SourceFile]) -> [Finding] {
    var homes: [String: SourceFile] = [:]
    var found: [Finding] = []
    for file in files where file.isSwift {
        for (index, code) in file.code.enumerated() {
            guard let name = typeName(code.text), name != "Main" else { continue }
            if let home = homes.updateValue(file, forKey: name), home.path != file.path {
                found.append(Finding(file, line: index, "\(name) is the name of a type in \(home.path) as well"))
            }
        }
    }
    return found
}

/// The name of a type that is declared at the beginning of a line, so within no other.
private func typeName(_ line: String) -> String? {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let keywords: Set = ["struct", "class", "enum", "actor", "protocol"]
    let modifiers: Set = ["public", "package", "private", "fileprivate", "final", "indirect"]
    guard let index = words.firstIndex(where: { keywords.contains($0) }), index + 1 < words.count,
        words[..<index].allSatisfy({ modifiers.contains($0) })
    else { return nil }
    return String(words[index + 1].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
}
