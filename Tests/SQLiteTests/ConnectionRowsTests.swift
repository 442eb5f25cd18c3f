import Foundation
import Testing
import Wire

@testable import SQLite

/// A table made up for these tests.
private struct Note: StoredRow {
    var shelf: UInt64
    var number: UInt64
    var text: String
    var end: Timestamp?

    static let table = Table(
        "note", "Notes.", key: 2,
        Column("shelf", \.shelf, .id),
        Column("number", \.number, .id),
        Column("text", \.text, .openText),
        Column("end_at", \.end, .time)
    ) { Note(shelf: $0, number: $1, text: $2, end: $3) }

    static let byPlace = Lookup(\Note.shelf, \.number)
    static let byText = Lookup(\Note.text)
    static let ofShelf = Index(within: \Note.shelf, by: \.number)
    static let byEnd = Index(by: \Note.end)
    static let indexes: [any RowIndex] = [byPlace, byText, ofShelf, byEnd]
    static let erasure = Erasure.nobody
}

/// Mirrors the generic calls of `Connection`.
@Suite("Rows of a connection")
struct ConnectionRowsTests {
    private let folder: String
    private let connection: Connection

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "rows-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        connection = try Connection(path: folder + "/rows.db", access: .readWrite, creates: true)
        for statement in TableDeclaration(Note.self).creation { try connection.execute(statement) }
    }

    private func note(_ shelf: UInt64, _ number: UInt64, end: UInt64? = nil) -> Note {
        Note(
            shelf: shelf, number: number, text: "note \(shelf).\(number)",
            end: end.map { Timestamp(milliseconds: $0) })
    }

    private func fill() throws {
        for shelf: UInt64 in 1...3 {
            for number: UInt64 in 1...9 { try connection.insert(note(shelf, number, end: 100 - number)) }
        }
    }

    @Test("rows are found by what they were declared to be found by, in order and in pages")
    func finding() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try fill()
        #expect(try connection.row(Note.byPlace, Pair(2, 5)) == note(2, 5, end: 95))
        #expect(try connection.row(Note.byText, "note 3.1") == note(3, 1, end: 99))
        #expect(try connection.row(Note.byText, "note 3.10") == nil)
        #expect(try connection.rows(Note.ofShelf, 2, limit: 3).map(\.number) == [1, 2, 3])
        #expect(try connection.rows(Note.ofShelf, 2, after: 7, limit: 5).map(\.number) == [8, 9])
        #expect(try connection.rows(Note.ofShelf, 2, after: .max, limit: 5).isEmpty)
        #expect(try connection.rows(Note.ofShelf, 2, through: 2, limit: 5).map(\.number) == [1, 2])
        #expect(try connection.rows(Note.ofShelf, 2, limit: 0).isEmpty)
        #expect(try connection.last(Note.ofShelf, 2)?.number == 9)
        #expect(try connection.last(Note.ofShelf, 2, through: 4)?.number == 4)
        #expect(try connection.last(Note.ofShelf, 7) == nil)
        #expect(try connection.count(Note.ofShelf, 2) == 9)
        #expect(try connection.count(Note.byEnd, Whole()) == 27)
    }

    @Test("which rows a limit removes is settled by their order, also among equals")
    func removing() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try fill()
        let soon = Timestamp(milliseconds: 92)
        #expect(try connection.removeAll(Note.byEnd, Whole(), through: soon, limit: 4) == 4)
        let left = try connection.rows(Note.byEnd, Whole(), through: soon, limit: 9)
        #expect(left.map { [$0.shelf, $0.number] } == [[2, 8], [3, 8]])
        #expect(try connection.removeAll(Note.ofShelf, 1, limit: .max) == 7)
        #expect(try connection.remove(Note.byPlace, Pair(2, 1)))
        #expect(try !connection.remove(Note.byPlace, Pair(2, 1)))
        #expect(try connection.count(Note.byEnd, Whole()) == 15)
    }

    @Test("a put replaces by key, an update wants the row to be there")
    func putting() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try connection.put(note(1, 1))
        var changed = note(1, 1, end: 7)
        changed.text = ""
        try connection.put(changed)
        #expect(try connection.row(Note.byPlace, Pair(1, 1)) == changed)
        changed.end = nil
        try connection.update(changed)
        #expect(try connection.row(Note.byPlace, Pair(1, 1)) == changed)
        #expect(try connection.count(Note.byEnd, Whole()) == 1)
    }

    @Test("a text keeps every character, NUL and none at all")
    func texts() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (number, text) in ["be\0hind", "\0", "", "ŝ\u{1F600}"].enumerated() {
            let row = Note(shelf: 1, number: UInt64(number), text: text, end: nil)
            try connection.insert(row)
            #expect(try connection.row(Note.byText, text) == row)
            let stored = try connection.texts("SELECT hex(CAST(text AS BLOB)) FROM note WHERE number = \(number)")
            #expect(stored == [text.utf8.map { String(format: "%02X", $0) }.joined()])
        }
    }

    @Test("a damaged row is not given out, costs nobody else anything, and housekeeping gets past it")
    func damage() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try fill()
        try connection.execute("UPDATE note SET text = 'other' WHERE shelf = 2 AND number = 2")
        #expect(throws: SQLiteError.damaged(table: "note")) { try connection.row(Note.byPlace, Pair(2, 2)) }
        #expect(connection.failure == nil, "the machine is not to blame")
        #expect(try connection.row(Note.byPlace, Pair(2, 3)) == note(2, 3, end: 97))
        #expect(try TableDeclaration(Note.self).damagedKeys(connection) == ["2, 2"])
        var (sound, damaged): ([UInt64], Int) = ([], 0)
        let isLast = try connection.removeSome(Note.ofShelf, 2, through: 4, limit: 3) { (row) in
            sound.append(row.number)
        } damaged: {
            damaged += 1
        }
        #expect(!isLast && sound == [1, 3] && damaged == 1)
        #expect(try connection.rows(Note.ofShelf, 2, limit: 2).map(\.number) == [4, 5])
    }

    @Test("what breaks a rule of the schema traps")
    func misuse() async {
        await #expect(processExitsWith: .failure) {
            let bench = try ConnectionRowsTests()
            try bench.connection.insert(bench.note(1, 1))
            try bench.connection.insert(bench.note(1, 1))
        }
        await #expect(processExitsWith: .failure) {
            let bench = try ConnectionRowsTests()
            try bench.connection.update(bench.note(1, 1))
        }
        await #expect(processExitsWith: .failure) {
            let bench = try ConnectionRowsTests()
            try bench.connection.put(bench.note(1, 1))
            var other = bench.note(1, 2)
            other.text = "note 1.1"
            try bench.connection.put(other)
        }
    }
}
