import Foundation
import Testing

@testable import Wire

/// CHANGELOG.md against the version that the programs say.
@Suite struct ReleaseTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    @Test("the first version in the changelog is the program's, with its date, and has what it says for whom")
    func head() throws {
        let page = Self.root.appending(path: "CHANGELOG.md").standardizedFileURL
        let lines = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n")
        let heads = lines.indices.filter { lines[$0].hasPrefix("## ") && lines[$0] != "## [Unreleased]" }
        let first = try #require(heads.first)
        let words = lines[first].split(separator: " ")
        try #require(words.count == 4 && words[2] == "-", "\(lines[first])")
        #expect(words[1] == "[\(Release.version)]")
        #expect(words[3].wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil)
        let parts = lines[first..<(heads.dropFirst().first ?? lines.count)].filter { $0.hasPrefix("### ") }
        #expect(parts.contains("### For operators") && parts.contains("### For authors of clients"), "\(parts)")
    }

    @Test("the version is three numbers without zeros in front")
    func numbers() {
        let numbers = Release.version.split(separator: ".", omittingEmptySubsequences: false)
        #expect(numbers.count == 3)
        for number in numbers { #expect(UInt(number).map { String($0) } == String(number)) }
    }
}
