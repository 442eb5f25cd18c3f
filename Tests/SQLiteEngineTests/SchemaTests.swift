import Store
import Testing
import Wire

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

    @Test("a file of the first schema comes forward with what is in it, and gets a key log")
    func forward() async throws {
        let folder = try TestFolder()
        let old = try SQLiteEngine.open(folder: folder.path)
        try await old.prepare()
        _ = try await old.send(1)
        await old.close()
        let later = Schema.steps.dropFirst().joined().matches(of: /CREATE TABLE (\w+)/).map { String($0.1) }
        #expect(later.contains("key_log"))
        try folder.execute(later.map { "DROP TABLE \($0);" }.joined() + "PRAGMA user_version = 1")
        let new = try SQLiteEngine.open(folder: folder.path)
        #expect(try await new.drain().count == 1)
        #expect(try await new.read { (tables) throws(Problem) in try tables.keyLogSize() } == 0)
        await new.close()
    }
}
