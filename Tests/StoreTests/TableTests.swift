import Digest
import Testing
import Wire

@testable import SQLite
@testable import Store

/// Every declared table, whichever they are: nothing here names one.
@Suite("Tables")
struct TableTests {
    @Test("a row comes back as it went, each value in its own column", arguments: StoreSchema.tables.map(\.name))
    func roundTrip(_ name: String) throws {
        let table = try #require(StoreSchema.tables.first { $0.name == name })
        #expect(try Bench(table).roundTrip() > 0, "no sample fits")
    }

    @Test("any change of a key, a column or the digest is noticed", arguments: StoreSchema.tables.map(\.name))
    func damage(_ name: String) throws {
        let table = try #require(StoreSchema.tables.first { $0.name == name })
        #expect(try Bench(table).damage() > 0, "no sample fits")
    }
}

/// One table in a file of its own, with rows made of samples of its columns' types.
private struct Bench {
    private let table: TableDeclaration
    private let folder: TemporaryFolder
    private let connection: Connection

    init(_ table: TableDeclaration) throws {
        self.table = table
        folder = try TemporaryFolder()
        connection = try Connection(path: folder.path + "/one.db", access: .readWrite, creates: true)
        for statement in table.creation { try connection.execute(statement) }
    }

    private var cells: String { table.columns.map { "quote(\($0.name))" }.joined(separator: " || ' ' || ") }

    /// - Returns: how many samples made a row.
    func roundTrip() throws -> Int {
        try forEachSample { (type) in try again(type) }
    }

    /// Reads the stored row, writes it again, and compares cell by cell.
    private func again<Row: StoredRow>(_ type: Row.Type) throws {
        let before = try connection.texts("SELECT \(cells) FROM \(table.name)")
        let statement = try connection.statement(Row.table.scan)
        try #require(try statement.step())
        let row = try Row.table.read(statement)
        statement.reset()
        try connection.execute("DELETE FROM \(table.name)")
        let insertion = try connection.statement(Row.table.insertion)
        Row.table.bind(row, to: insertion)
        try insertion.run()
        #expect(try connection.texts("SELECT \(cells) FROM \(table.name)") == before)
        let putting = try connection.statement(Row.table.putting)
        Row.table.bind(row, to: putting)
        try putting.run()
        #expect(try connection.texts("SELECT \(cells) FROM \(table.name)") == before)
        #expect(try table.damagedKeys(connection).isEmpty)
    }

    func damage() throws -> Int {
        try forEachSample { (_) in
            for column in table.columns.map(\.name) + ["digest"] {
                try connection.execute("SAVEPOINT sound")
                try connection.execute(
                    """
                    UPDATE \(table.name) SET \(column) = CASE typeof(\(column)) WHEN 'integer' THEN \(column) + 1
                        WHEN 'text' THEN \(column) || 'x' WHEN 'null' THEN 1
                        ELSE CAST(\(column) || x'00' AS BLOB) END
                    """)
                #expect(try table.damagedKeys(connection).count == 1, "\(table.name).\(column)")
                try connection.execute("ROLLBACK TO sound; RELEASE sound")
            }
        }
    }

    /// Puts one row of samples in, runs `body`, and takes it out; with every column there, with those that may be
    /// absent absent, and with each of these alone.
    private func forEachSample(_ body: (any StoredRow.Type) throws -> Void) throws -> Int {
        let optional = table.columns.indices.filter { table.columns[$0].isOptional }
        var count = 0
        for present in [optional, []] + optional.map({ [$0] }) {
            try insertSample(table.rowType, absent: Set(optional).subtracting(present))
            if try table.damagedKeys(connection).isEmpty {
                count += 1
                try body(table.rowType)
            }
            try connection.execute("DELETE FROM \(table.name)")
        }
        return count
    }

    private func insertSample<Row: StoredRow>(_ type: Row.Type, absent: Set<Int>) throws {
        let statement = try connection.statement(Row.table.insertion)
        var writer = CellWriter(statement, seed: Row.table.seed)
        for (index, column) in table.columns.enumerated() {
            if absent.contains(index) { writer.null() }
            else { try #require(Self.sample(column.valueType, UInt64(index + 1))).write(to: &writer) }
        }
        statement.bind(Int32(table.columns.count + 1), Int64(bitPattern: writer.digest.value))
        try statement.run()
    }

    /// Another value for each number, as far as the type has so many.
    private static func sample(_ type: any Cell.Type, _ number: UInt64) -> (any Cell)? {
        if let optional = type as? any OptionalCell.Type { return sample(optional.wrapped, number) }
        if let type = type as? any (Cell & RandomIdentifier).Type {
            return type.init(bytes: SixteenBytes(high: number, low: number))
        }
        if let type = type as? any (Cell & WireEnumeration).Type { return nth(known: type, number) }
        if let type = type as? any (Cell & CaseIterable).Type { return nth(type, number) }
        if let type = type as? any RecordCell.Type { return type.sample }
        if let type = type as? any NumberCell.Type { return type.init(cell: number) }
        if let type = type as? any TextCell.Type { return type.init(cell: "sample\(number)") }
        return switch type {
        case is UInt64.Type: number
        case is Int64.Type: Int64(number)
        case is Bool.Type: number.isMultiple(of: 2)
        case is String.Type: "sample \(number)\0\u{e9}"
        case is [UInt8].Type: [UInt8](repeating: UInt8(number), count: 32)
        case is SixteenBytes.Type: SixteenBytes(high: number, low: 1)
        case is NumberGaps.Type: gaps(number)
        default: nil
        }
    }

    private static func gaps(_ number: UInt64) -> NumberGaps {
        var gaps = NumberGaps()
        _ = gaps.skip(3, after: number)
        return gaps
    }

    private static func nth<T: Cell & WireEnumeration>(known type: T.Type, _ number: UInt64) -> (any Cell)? {
        let all = type.known
        return all[Int(number) % all.count]
    }

    private static func nth<T: Cell & CaseIterable>(_ type: T.Type, _ number: UInt64) -> (any Cell)? {
        let all = Array(type.allCases)
        return all[Int(number) % all.count]
    }
}

private protocol OptionalCell {
    static var wrapped: any Cell.Type { get }
}

extension Optional: OptionalCell where Wrapped: Cell {
    static var wrapped: any Cell.Type { Wrapped.self }
}
