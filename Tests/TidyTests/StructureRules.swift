/// A source whose room the map does not show.
func unmapped(_ file: SourceFile, in architecture: SourceFile) -> [Finding] {
    guard file.isSource else { return [] }
    let folders = file.path.split(separator: "/").dropLast().dropFirst()
    let places = [folders.prefix(1).joined(separator: "/"), folders.prefix(2).joined(separator: "/")]
    let isShown = places.contains { (place) in
        !place.isEmpty && architecture.lines.contains { Array($0.utf8).hasWord(place) }
    }
    return isShown ? [] : [Finding(file, line: 0, "ARCHITECTURE.md shows no \(places[0])")]
}

extension [UInt8] {
    fileprivate func hasWord(_ word: String) -> Bool {
        places(of: word).contains { (place) in
            [place - 1, place + word.utf8.count].filter(indices.contains).allSatisfy {
                let character = Character(Unicode.Scalar(self[$0]))
                return !character.isLetter && !character.isNumber && character != "-"
            }
        }
    }
}

/// Test targets that look at more than one room, and so mirror none.
let crossing: Set = [
    "EndToEndTests", "StoreFileTests", "SimulationTests", "TidyTests", "VectorTests", "BenchTests", "SottoTests",
]

/// A file of tests that mirrors nothing, so that nobody finds it from the source or the source from it.
///
/// `OuterTests` mirrors a file, folder or type of its room named `Outer`, one that it is the beginning of
/// (`Outermost`), or one that is its own beginning (`Out`, for tests of one side of it); or a helper next to it. A file
/// that tests one behaviour of several types says so in a line that begins with `/// Mirrors` and names each in
/// backticks.
func mirrorless(_ file: SourceFile, among files: [SourceFile]) -> [Finding] {
    let parts = file.path.split(separator: "/").map(String.init)
    guard parts.count > 2, parts[0] == "Tests", !crossing.contains(parts[1]), parts[1].hasSuffix("Tests") else {
        return []
    }
    let room = String(parts[1].dropLast("Tests".count))
    guard Rooms.mayImport[room] != nil else { return [Finding(file, line: 0, "there is no room \(room)")] }
    guard let name = parts.last?.split(separator: ".").first, name.hasSuffix("Tests") else { return [] }
    let names = names(in: room, among: files).union(helpers(in: parts[1], among: files))

    let said = mirrored(by: file)
    if !said.isEmpty {
        return said.subtracting(names).map { Finding(file, line: 0, "\(room) has no file, folder or type \($0)") }
    }
    let subject = String(name.dropLast("Tests".count).prefix { $0 != "+" })
    let isMirror = names.contains { $0 == subject || $0.hasPrefix(subject) || ($0.count > 3 && subject.hasPrefix($0)) }
    return isMirror ? [] : [Finding(file, line: 0, "\(room) has no file, folder or type \(subject)")]
}

/// The files, folders and types of a room.
private func names(in room: String, among files: [SourceFile]) -> Set<String> {
    var names: Set<String> = []
    for file in files where file.room == room {
        for part in file.path.split(separator: "/").dropFirst(2) {
            names.insert(String(part.prefix { $0 != "." && $0 != "+" }))
        }
        for code in file.code {
            for keyword in ["struct ", "enum ", "class ", "actor ", "protocol "] {
                for place in code.places(of: keyword) {
                    let name = code[(place + keyword.utf8.count)...].prefix { Character(Unicode.Scalar($0)).isLetter }
                    names.insert(String(decoding: name, as: UTF8.self))
                }
            }
        }
    }
    return names
}

private func helpers(in target: String, among files: [SourceFile]) -> Set<String> {
    let here = files.filter { $0.path.hasPrefix("Tests/\(target)/") && !$0.path.hasSuffix("Tests.swift") }
    return Set(here.compactMap { $0.path.split(separator: "/").last?.split(separator: ".").first.map(String.init) })
}

private func mirrored(by file: SourceFile) -> Set<String> {
    let said = file.lines.filter { $0.hasPrefix("/// Mirrors ") }
    return Set(said.flatMap { $0.split(separator: "`", omittingEmptySubsequences: false).enumerated() }
        .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) })
}
