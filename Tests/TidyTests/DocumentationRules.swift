/// What other rooms may use and nobody described.
///
/// Left out, since a comment there could only repeat what is written elsewhere:
/// - what a protocol asks for, described at the protocol: see ``witnesses``;
/// - an initialiser that only takes the stored properties of its file by name, and one that takes nothing;
/// - what stands on one line in a run that begins under a comment: the comment of the first, or that of the type
///   whose first lines they are, speaks for the run. A blank line ends it.
func undocumented(_ file: SourceFile) -> [Finding] { survey(file).found }

/// Those of ``witnesses`` that a file needs.
func neededWitnesses(_ file: SourceFile) -> Set<String> { survey(file).needed }

private func survey(_ file: SourceFile) -> (found: [Finding], needed: Set<String>) {
    guard file.isInLibraryRoom, file.isSwift else { return ([], []) }
    let properties = storedProperties(of: file)
    var found: [Finding] = []
    var needed: Set<String> = []
    var runIsDocumented = false
    for (index, code) in file.code.enumerated() {
        let line = code.text.drop { $0 == " " }
        guard let declaration = Declaration(line) else {
            if line.isEmpty || line == "}" { runIsDocumented = isComment(file.lines[index]) && runIsDocumented }
            continue
        }
        let isDocumented = hasComment(above: index, in: file)
        let isInRun = runIsDocumented && declaration.isOneLine
        runIsDocumented = isDocumented || isInRun
        guard declaration.isVisible, !isDocumented, !isInRun else { continue }
        if declaration.keyword == "init", takesOnly(properties, in: file, from: index) { continue }
        let witnessed = witnesses.filter { line.contains($0) }
        needed.formUnion(witnessed)
        guard witnessed.isEmpty else { continue }
        found.append(Finding(file, line: index, "undocumented: \(line.prefix(60))"))
    }
    return (found, needed)
}

/// Requirements of protocols, ours and the language's, which are described once, at the protocol.
let witnesses = [
    // WireType, WireRecord, WireUnion, WireNumber
    "init(fields: inout", "init(wire value:", "func write(to writer:",
    "static var schema:", "static var sample:", "static let name ", "static let unionName ", "static let tagKey ",
    "static var cases:", "init?(tag:", "var tagged:",
    // StoredRow, Cell, Prefix, RowIndex, RowExpiry, AccountIndex; an index says by its columns what it finds
    "static let table ", "static let indexes:", "static let expiry:", "static let erasure ", "static let owners ",
    "static let cascades ",
    " = Lookup(", " = Index(", "var cacheNames:", "static let isCached ", "static var storage:",
    "static var isOptional:", "static func read(from reader:", "init?(cell:", "var cell:", "static var count:",
    "func sweep(_ connection:", "func erase(_ account:", "override func ",
    // PlaceValue; an endpoint says by its summary what it is
    "init?(place text:", "var place:", "static var placeSchema:", " = Endpoint(",
    // The language
    "var description:", "static func <", "func next()", "func makeAsyncIterator()", "var isEmpty:", "var count: Int",
    "let rawValue:",
    // Executors
    "func enqueue(", "func checkIsolated()", "func asUnownedSerialExecutor()",
]

private struct Declaration {
    let keyword: String
    let isVisible: Bool
    /// A case, a stored property, or a body that ends where it begins.
    let isOneLine: Bool

    private static let modifiers: Set = [
        "static", "final", "mutating", "nonmutating", "consuming", "borrowing", "nonisolated", "isolated", "override",
        "required", "convenience", "lazy", "weak", "indirect", "private", "fileprivate", "internal", "dynamic",
        "private(set)", "fileprivate(set)", "package(set)", "distributed", "prefix", "postfix", "infix",
        "nonisolated(unsafe)", "open", "sending",
    ]

    private static let keywords: Set = [
        "struct", "enum", "class", "actor", "protocol", "func", "var", "let", "init", "subscript", "typealias", "case",
    ]

    /// `nil` for a line that declares nothing.
    init?(_ line: Substring) {
        var isVisible = false
        for word in line.split(separator: " ") {
            if word.hasPrefix("@") { continue }
            if word == "public" || word == "package" {
                isVisible = true
                continue
            }
            if Self.modifiers.contains(String(word)) { continue }
            let keyword = String(word.prefix { $0.isLetter })
            guard Self.keywords.contains(keyword) else { return nil }
            self.keyword = keyword
            self.isVisible = isVisible
            let isStored = ["case", "var", "let", "typealias"].contains(keyword) && !line.contains("{")
            isOneLine = isStored || line.hasSuffix("}")
            return
        }
        return nil
    }
}

private func isComment(_ line: String) -> Bool { line.drop { $0 == " " }.hasPrefix("///") }

/// A documentation comment straight above, with nothing but attributes between.
private func hasComment(above index: Int, in file: SourceFile) -> Bool {
    var line = index - 1
    while line >= 0 {
        let text = file.lines[line].drop { $0 == " " }
        if text.hasPrefix("///") || text.hasSuffix("*/") { return true }
        guard text.hasPrefix("@") || text.hasPrefix("#if") || text.hasPrefix("// MARK") == false && text.hasPrefix("//")
        else { return false }
        line -= 1
    }
    return false
}

private func storedProperties(of file: SourceFile) -> Set<String> {
    var names: Set<String> = []
    for code in file.code {
        for keyword in ["var ", "let "] {
            for place in code.places(of: keyword) {
                names.insert(code[(place + 4)...].text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }.description)
            }
        }
    }
    return names
}

extension ArraySlice<UInt8> {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}

/// Whether an initialiser's labels are names of properties, so that the signature says all there is to say.
private func takesOnly(_ properties: Set<String>, in file: SourceFile, from index: Int) -> Bool {
    let text = Array(file.code[index...].prefix(20).joined(separator: [0x20]))
    guard let start = text.firstIndex(of: UInt8(ascii: "(")), text[start - 1] != UInt8(ascii: "?") else { return false }
    let signature = text[start...].map { Character(Unicode.Scalar($0)) }
    var depth = 0
    var label = ""
    var labels: [String] = []
    var isLabel = true
    for (place, character) in signature.enumerated() {
        switch character {
        case "(", "[", "<", "{": depth += 1
        case ")", "]", "}": depth -= 1
        case ">" where signature[place - 1] != "-": depth -= 1
        case "," where depth == 1: isLabel = true
        case ":" where depth == 1 && isLabel:
            labels.append(label.split(separator: " ").last.map(String.init) ?? "")
            (label, isLabel) = ("", false)
        default: if isLabel { label.append(character) }
        }
        if depth == 0 {
            let rest = String(signature[(place + 1)...].prefix { $0 != "{" })
            return !rest.contains("throws") && labels.allSatisfy(properties.contains)
        }
    }
    return false
}
