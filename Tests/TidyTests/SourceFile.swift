import Foundation

/// One file of the repository as the rules see it.
struct SourceFile: Sendable {
    /// From the root of the repository.
    let path: String
    let lines: [String]
    /// The lines of a Swift file without comments and without what literals contain; else empty.
    let code: [[UInt8]]

    init(path: String, text: String) {
        self.path = path
        lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        code = path.hasSuffix(".swift") ? SwiftText.codeLines(of: text) : []
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isPage: Bool { path.hasSuffix(".md") }
    var isSource: Bool { path.hasPrefix("Sources/") }

    /// The folder below `Sources`; an engine is named after its own folder.
    var room: String? {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count > 2, parts[0] == "Sources" else { return nil }
        return parts[1] == "Engines" ? parts[2] + "Engine" : parts[1]
    }

    /// Rooms that others import; the programs are all the others.
    var isInLibraryRoom: Bool { room.map { !Rooms.programs.contains($0) } ?? false }
}

/// What a rule found, where, and why it matters.
struct Finding: CustomStringConvertible {
    let path: String
    let line: Int
    let why: String

    init(_ file: SourceFile, line index: Int, _ why: String) {
        path = file.path
        line = index + 1
        self.why = why
    }

    var description: String { "\(path):\(line): \(why)" }
}

/// The repository, read once.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

    static let files: [SourceFile] = ["Sources", "Tests", "Fuzz", "Scripts", "docs"].flatMap(read)
        + ["Package.swift", "Makefile", "ARCHITECTURE.md", "README.md", "CONTRIBUTING.md", "SECURITY.md",
            "CHANGELOG.md", ".ci/run"].compactMap { read(path: $0) }

    static let swift = files.filter(\.isSwift)
    static let sources = swift.filter(\.isSource)
    static let manifest = files.first { $0.path == "Package.swift" }
    static let architecture = files.first { $0.path == "ARCHITECTURE.md" }

    private static func read(folder: String) -> [SourceFile] {
        let found = FileManager.default.enumerator(atPath: root.appending(path: folder).path(percentEncoded: false))
        let extensions: Set = ["swift", "c", "cpp", "h", "hpp", "md", "cddl", "py", "sh", ""]
        return (found?.compactMap { $0 as? String } ?? []).sorted()
            .filter { extensions.contains(URL(filePath: $0).pathExtension) }
            .compactMap { read(path: "\(folder)/\($0)") }
    }

    private static func read(path: String) -> SourceFile? {
        guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else { return nil }
        return SourceFile(path: path, text: text)
    }
}

extension [UInt8] {
    /// Every place where `word` begins.
    func places(of word: String) -> [Int] {
        var word = word
        return word.withUTF8 { (word) in
            withUnsafeBytes { (bytes) in
                var found: [Int] = []
                guard let base = bytes.baseAddress, let needle = word.baseAddress else { return found }
                var start = 0
                // The system's search: these tests read the whole repository, unoptimised, on every run.
                while start + word.count <= bytes.count,
                    let hit = memchr(base + start, Int32(needle[0]), bytes.count - word.count + 1 - start)
                {
                    if memcmp(hit, needle, word.count) == 0 { found.append(UnsafeRawPointer(hit) - base) }
                    start = UnsafeRawPointer(hit) - base + 1
                }
                return found
            }
        }
    }

    var text: String { String(decoding: self, as: UTF8.self) }
}
