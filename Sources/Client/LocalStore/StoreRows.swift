import SQLite
import Wire

// The statements of the one table.

/// Which rows of a room, by their places.
struct StoreRange: Sendable {
    enum Order: Sendable {
        case oldestFirst, newestFirst
    }

    var places: ClosedRange<UInt64> = 0...UInt64(Int64.max)
    var order = Order.oldestFirst
    var limit = Int.max

    static let all = StoreRange()
}

/// A row of a room.
struct StoreRow {
    let address: StoreAddress
    let sealed: [UInt8]
}

extension Connection {
    /// `nil` where there is none.
    func value(at address: StoreAddress) throws(SQLiteError) -> [UInt8]? {
        try first(
            "SELECT value FROM item WHERE scope = ?1 AND room = ?2 AND place = ?3", .id(address.scope),
            .integer(address.room), .integer(address.place)
        ) { [UInt8]($0.borrowedBytes(0)) }
    }

    func put(_ value: [UInt8], at address: StoreAddress) throws(SQLiteError) {
        try run(
            """
            INSERT INTO item (scope, room, place, value) VALUES (?1, ?2, ?3, ?4) \
            ON CONFLICT (scope, room, place) DO UPDATE SET value = excluded.value
            """, .id(address.scope), .integer(address.room), .integer(address.place), .blob(value))
    }

    func remove(_ address: StoreAddress) throws(SQLiteError) {
        try run(
            "DELETE FROM item WHERE scope = ?1 AND room = ?2 AND place = ?3", .id(address.scope),
            .integer(address.room), .integer(address.place))
    }

    func removeAll(_ scope: SixteenBytes) throws(SQLiteError) {
        try run("DELETE FROM item WHERE scope = ?1", .id(scope))
    }

    func places(
        _ scope: SixteenBytes, _ room: StoreRoom, _ range: StoreRange
    ) throws(SQLiteError) -> [UInt64] {
        let statement: StaticString = switch range.order {
        case .oldestFirst:
            "SELECT place FROM item WHERE scope = ?1 AND room = ?2 AND place BETWEEN ?3 AND ?4 ORDER BY place LIMIT ?5"
        case .newestFirst:
            """
            SELECT place FROM item WHERE scope = ?1 AND room = ?2 AND place BETWEEN ?3 AND ?4 \
            ORDER BY place DESC LIMIT ?5
            """
        }
        return try rows(
            statement, .id(scope), .integer(room.rawValue), .number(range.places.lowerBound),
            .number(range.places.upperBound), .integer(Int64(range.limit))
        ) { (row) in row.number(0) }
    }

    /// Each row of a room, as it is read. Nothing else is asked of the table meanwhile.
    /// - Parameter visit: given the sealed bytes where SQLite has them, until it returns.
    func visit(
        _ scope: SixteenBytes, _ room: StoreRoom, _ range: StoreRange,
        _ visit: (StoreAddress, UnsafeRawBufferPointer) -> Void
    ) throws(SQLiteError) {
        let statement: StaticString = switch range.order {
        case .oldestFirst:
            """
            SELECT place, value FROM item WHERE scope = ?1 AND room = ?2 AND place BETWEEN ?3 AND ?4 \
            ORDER BY place LIMIT ?5
            """
        case .newestFirst:
            """
            SELECT place, value FROM item WHERE scope = ?1 AND room = ?2 AND place BETWEEN ?3 AND ?4 \
            ORDER BY place DESC LIMIT ?5
            """
        }
        try each(
            statement, .id(scope), .integer(room.rawValue), .number(range.places.lowerBound),
            .number(range.places.upperBound), .integer(Int64(range.limit))
        ) { (row) in
            visit(StoreAddress(scope: scope, room: room.rawValue, place: row.integer(0)), row.borrowedBytes(1))
        }
    }

    /// The scopes behind that one, the first of them; `nil` where it is the last.
    func scope(after scope: SixteenBytes) throws(SQLiteError) -> SixteenBytes? {
        try first("SELECT scope FROM item WHERE scope > ?1 ORDER BY scope LIMIT 1", .id(scope)) { $0.id(0) } ?? nil
    }

    /// The rows behind that address, of its room, else of its scope, else of the next; so never a search through rows.
    func rows(after address: StoreAddress, limit: Int) throws(SQLiteError) -> [StoreRow] {
        let scope = SQLValue.id(address.scope), limit = SQLValue.integer(Int64(limit))
        let ofRoom = try rows(
            """
            SELECT scope, room, place, value FROM item WHERE scope = ?1 AND room = ?2 AND place > ?3 \
            ORDER BY place LIMIT ?4
            """, scope, .integer(address.room), .integer(address.place), limit, read: Self.row)
        if !ofRoom.isEmpty { return ofRoom }
        let ofScope = try rows(
            "SELECT scope, room, place, value FROM item WHERE scope = ?1 AND room > ?2 ORDER BY room, place LIMIT ?3",
            scope, .integer(address.room), limit, read: Self.row)
        if !ofScope.isEmpty { return ofScope }
        return try rows(
            "SELECT scope, room, place, value FROM item WHERE scope > ?1 ORDER BY scope, room, place LIMIT ?2",
            scope, limit, read: Self.row)
    }

    private static func row(_ statement: Statement) throws(SQLiteError) -> StoreRow {
        guard let scope = statement.id(0) else { throw .damaged(table: "item") }
        return StoreRow(
            address: StoreAddress(scope: scope, room: statement.integer(1), place: statement.integer(2)),
            sealed: [UInt8](statement.borrowedBytes(3)))
    }
}
