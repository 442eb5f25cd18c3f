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
private let crossing: Set = ["EndToEndTests", "SimulationTests", "TidyTests", "VectorTests", "BenchTests"]

/// A `…Tests.swift` that mirrors nothing: no file, folder or type of its room has the name, nor a file next to it.
func mirrorless(_ file: SourceFile, among files: [SourceFile]) -> [Finding] {
    let parts = file.path.split(separator: "/").map(String.init)
    guard parts.count > 2, parts[0] == "Tests", !crossing.contains(parts[1]) else { return [] }
    guard parts[1].hasSuffix("Tests"), let name = parts.last?.split(separator: ".").first else { return [] }
    let room = String(parts[1].dropLast("Tests".count))
    guard Rooms.mayImport[room] != nil else { return [Finding(file, line: 0, "there is no room \(room)")] }
    guard name.hasSuffix("Tests") else { return [] }
    let subject = String(name.dropLast("Tests".count).prefix { $0 != "+" })
    let mirrors = files.contains { (other) in
        if other.path.hasPrefix("Tests/\(parts[1])/") { return other.path.hasSuffix("/\(subject).swift") }
        guard other.room == room else { return false }
        if other.path.split(separator: "/").contains(where: { $0.split(separator: ".").first == subject[...] }) {
            return true
        }
        if other.path.contains("/\(subject)+") { return true }
        return ["struct", "enum", "class", "actor", "protocol"].contains { (keyword) in
            other.code.contains { (code) in
                code.places(of: "\(keyword) \(subject)").contains { (place) in
                    let end = place + keyword.utf8.count + 1 + subject.utf8.count
                    return end == code.count || !Character(Unicode.Scalar(code[end])).isLetter
                }
            }
        }
    }
    return mirrors ? [] : [Finding(file, line: 0, "\(room) has no file, folder or type \(subject)")]
}
