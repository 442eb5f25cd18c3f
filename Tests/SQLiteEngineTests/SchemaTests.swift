import Testing

@testable import SQLiteEngine

@Suite("Schema")
struct SchemaTests {
    @Test("every column says what kind of thing it holds")
    func classified() throws {
        let classes = ["id", "time", "counter", "hash", "public key", "sealed", "open text"]
        let schema = Schema.steps.joined(separator: "\n")
        var columnCount = 0
        for line in schema.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let name = words.first, words.count > 1, line.hasPrefix("    "), !name.hasPrefix("--"),
                name.first?.isLowercase == true
            else { continue }
            columnCount += 1
            let comment = try #require(line.split(separator: "-- ").last, "\(line)")
            #expect(line.contains("-- "), "\(line)")
            #expect(
                classes.contains { comment == $0 || comment.hasPrefix($0 + ":") || comment.hasPrefix($0 + " ") },
                "\(line)")
        }
        #expect(columnCount > 70)
    }
}
