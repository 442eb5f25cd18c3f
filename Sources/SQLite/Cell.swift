import CSQLite
import Digest

/// A value that stands in one column of a table: it binds itself, reads itself, and goes into its row's digest.
package protocol Cell: Prefix {
    static var storage: CellStorage { get }
    /// Whether the column may hold NULL.
    static var isOptional: Bool { get }
    /// Throws ``CellReader/nonsense`` for what it never wrote.
    static func read(from reader: inout CellReader) throws(SQLiteError) -> Self
}

extension Cell {
    package static var isOptional: Bool { false }
    package static var count: Int { 1 }
}

/// As what SQLite keeps a cell.
package enum CellStorage: String, Sendable { case integer = "INTEGER", blob = "BLOB", text = "TEXT" }

/// One or more cells that a row is looked for by.
package protocol Prefix: Sendable {
    /// How many columns it takes.
    static var count: Int { get }
    func write(to writer: inout CellWriter)
}

/// Two columns that a row is looked for by.
package struct Pair<First: Cell, Second: Cell>: Prefix {
    package let first: First
    package let second: Second

    package init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    package static var count: Int { 2 }

    package func write(to writer: inout CellWriter) {
        first.write(to: &writer)
        second.write(to: &writer)
    }
}

/// No column: every row of the table.
package struct Whole: Prefix {
    package init() {}
    package static var count: Int { 0 }
    package func write(to writer: inout CellWriter) {}
}

/// Binds cells one after the other, and digests what it binds.
///
/// An integer is absorbed as two words, 1 and the number; bytes and text as their count shifted by two with 2 or 3
/// in the low bits, then the bytes; NULL as 0.
package struct CellWriter {
    private let statement: Statement
    private var index: Int32 = 1
    private(set) var digest: DigestState

    init(_ statement: Statement, seed: UInt64 = 0) {
        self.statement = statement
        digest = DigestState(seed: seed)
    }

    /// An absent value.
    package mutating func null() {
        digest.absorb(0)
        statement.bindNull(index)
        index += 1
    }

    /// A number.
    package mutating func integer(_ value: Int64) {
        digest.absorb(1)
        digest.absorb(UInt64(bitPattern: value))
        statement.bind(index, value)
        index += 1
    }

    /// Bytes, which are copied.
    package mutating func bytes(_ bytes: UnsafeRawBufferPointer) {
        digest.absorb(UInt64(bytes.count) << 2 | 2)
        digest.absorb(bytes)
        statement.bind(index, copying: bytes)
        index += 1
    }

    /// A text, by its bytes in UTF-8.
    package mutating func text(_ text: String) {
        var text = text
        digest.absorb(UInt64(text.utf8.count) << 2 | 3)
        text.withUTF8 { digest.absorb(UnsafeRawBufferPointer($0)) }
        statement.bind(index, text)
        index += 1
    }
}

/// Reads the cells of a row one after the other, and digests what it reads. Nothing is converted: a number where
/// bytes were written is damage.
package struct CellReader {
    /// No count gets there: sums, and the one that comes next, stay numbers.
    static let counterMax: Int64 = 1 << 53

    private let statement: Statement
    private let table: String
    /// One bit for each column that counts something.
    private let counters: UInt64
    private var column: Int32 = 0
    private(set) var digest: DigestState

    init(_ statement: Statement, table: String, seed: UInt64, counters: UInt64) {
        self.statement = statement
        self.table = table
        self.counters = counters
        digest = DigestState(seed: seed)
    }

    /// What is thrown for a cell that makes no sense.
    package var nonsense: SQLiteError { .damaged(table: table) }

    /// Whether NULL stands there; passes over it then.
    package mutating func isNull() -> Bool {
        guard statement.isNull(column) else { return false }
        digest.absorb(0)
        column += 1
        return true
    }

    /// A number, and nothing that could be taken for one. A count is not greater than ``counterMax``, whoever wrote it.
    package mutating func integer() throws(SQLiteError) -> Int64 {
        guard statement.kind(column) == SQLITE_INTEGER else { throw nonsense }
        let value = statement.integer(column)
        if value > Self.counterMax, counters >> UInt64(column) & 1 == 1 { throw nonsense }
        digest.absorb(1)
        digest.absorb(UInt64(bitPattern: value))
        column += 1
        return value
    }

    /// What `read` makes of bytes, which are valid during the call; `nil` is nonsense.
    package mutating func bytes<T>(_ read: (UnsafeRawBufferPointer) -> T?) throws(SQLiteError) -> T {
        guard statement.kind(column) == SQLITE_BLOB else { throw nonsense }
        let bytes = statement.borrowedBytes(column)
        digest.absorb(UInt64(bytes.count) << 2 | 2)
        digest.absorb(bytes)
        column += 1
        guard let value = read(bytes) else { throw nonsense }
        return value
    }

    /// A text in valid UTF-8.
    package mutating func text() throws(SQLiteError) -> String {
        guard statement.kind(column) == SQLITE_TEXT else { throw nonsense }
        let bytes = statement.borrowedBytes(column)
        digest.absorb(UInt64(bytes.count) << 2 | 3)
        digest.absorb(bytes)
        column += 1
        guard let text = String(validating: bytes, as: UTF8.self) else { throw nonsense }
        return text
    }

    /// Reads the digest behind the last cell, and holds the row against it.
    mutating func finish() throws(SQLiteError) {
        guard statement.kind(column) == SQLITE_INTEGER,
            UInt64(bitPattern: statement.integer(column)) == digest.value
        else { throw nonsense }
    }
}
