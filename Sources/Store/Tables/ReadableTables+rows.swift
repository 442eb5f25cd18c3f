package import SQLite
package import Wire

/// The generic calls: any row type, by any of its indexes.
extension ReadableTables {
    /// The one row with this value.
    package func row<Row, Within>(_ lookup: Lookup<Row, Within>, _ value: Within) throws(Problem) -> Row? {
        try answer { () throws(SQLiteError) in try connection.row(lookup, value) }
    }

    /// By two columns.
    package func row<Row, A: Cell, B: Cell>(
        _ lookup: Lookup<Row, Pair<A, B>>, _ first: A, _ second: B
    ) throws(Problem) -> Row? {
        try row(lookup, Pair(first, second))
    }

    /// In the index's order.
    package func rows<Row, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within, after: By? = nil, limit: Int
    ) throws(Problem) -> [Row] {
        try answer { () throws(SQLiteError) in
            guard let after else { return try connection.rows(index, within, limit: limit) }
            return try connection.rows(index, within, after: after, limit: limit)
        }
    }

    /// Of rows that agree in two columns.
    package func rows<Row, A: Cell, B: Cell, By>(
        _ index: Index<Row, Pair<A, B>, By>, _ first: A, _ second: B, after: By? = nil, limit: Int
    ) throws(Problem) -> [Row] {
        try rows(index, Pair(first, second), after: after, limit: limit)
    }

    /// Of the whole table.
    package func rows<Row, By>(
        _ index: Index<Row, Whole, By>, after: By? = nil, limit: Int
    ) throws(Problem) -> [Row] {
        try rows(index, Whole(), after: after, limit: limit)
    }

    /// Of the whole table, up to a value, which counts itself.
    package func rows<Row, By>(
        _ index: Index<Row, Whole, By>, through: By, limit: Int
    ) throws(Problem) -> [Row] {
        try answer { () throws(SQLiteError) in try connection.rows(index, Whole(), through: through, limit: limit) }
    }

    /// The row that comes last in the index's order.
    package func last<Row, Within, By>(_ index: Index<Row, Within, By>, _ within: Within) throws(Problem) -> Row? {
        try answer { () throws(SQLiteError) in try connection.last(index, within) }
    }

    /// Of the whole table.
    package func last<Row, By>(_ index: Index<Row, Whole, By>) throws(Problem) -> Row? { try last(index, Whole()) }

    /// How many rows agree.
    package func count<Row, Within, By>(_ index: Index<Row, Within, By>, _ within: Within) throws(Problem) -> Int {
        try answer { () throws(SQLiteError) in try connection.count(index, within) }
    }

    /// How many agree in two columns.
    package func count<Row, A: Cell, B: Cell, By>(
        _ index: Index<Row, Pair<A, B>, By>, _ first: A, _ second: B
    ) throws(Problem) -> Int {
        try count(index, Pair(first, second))
    }

    /// Of the whole table.
    package func count<Row, By>(_ index: Index<Row, Whole, By>) throws(Problem) -> Int { try count(index, Whole()) }
}

/// The generic calls that change rows. A row that needs more than itself to be right has calls of its own.
extension Tables {
    /// There is no row with the same key, nor one with the same unique value.
    package func insert(_ row: some TableRow) throws(Problem) {
        try change(row.cacheNames) { () throws(SQLiteError) in try connection.insert(row) }
    }

    /// Inserts, or replaces the row with the same key. No other row has the same unique value.
    package func put(_ row: some TableRow) throws(Problem) {
        try change(row.cacheNames) { () throws(SQLiteError) in try connection.put(row) }
    }

    /// Replaces the row with the same key, which there is.
    package func update(_ row: some TableRow) throws(Problem) {
        try change(row.cacheNames) { () throws(SQLiteError) in try connection.update(row) }
    }

    /// - Returns: whether there was one.
    @discardableResult
    package func remove<Row: TableRow, Within>(
        _ lookup: Lookup<Row, Within>, _ value: Within
    ) throws(Problem) -> Bool {
        var names: [CachedRow] = []
        if Row.isCached {
            guard let row = try row(lookup, value) else { return false }
            names = row.cacheNames
        }
        return try change(names, growth: .nothing) { () throws(SQLiteError) in try connection.remove(lookup, value) }
    }

    @discardableResult
    /// By two columns.
    package func remove<Row: TableRow, A: Cell, B: Cell>(
        _ lookup: Lookup<Row, Pair<A, B>>, _ first: A, _ second: B
    ) throws(Problem) -> Bool {
        try remove(lookup, Pair(first, second))
    }

    /// Removes rows in the index's order.
    /// - Returns: how many, at most `limit`.
    @discardableResult
    package func removeAll<Row: TableRow, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within, limit: Int = .max
    ) throws(Problem) -> Int {
        precondition(!Row.isCached, "rows that may be at hand go one by one")
        return try change([], growth: .nothing) { () throws(SQLiteError) in
            try connection.removeAll(index, within, limit: limit)
        }
    }

    /// The same of those up to a value, which is among them.
    @discardableResult
    package func removeAll<Row: TableRow, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within, through: By, limit: Int = .max
    ) throws(Problem) -> Int {
        precondition(!Row.isCached, "rows that may be at hand go one by one")
        return try change([], growth: .nothing) { () throws(SQLiteError) in
            try connection.removeAll(index, within, through: through, limit: limit)
        }
    }

    /// Writes, and forgets what was at hand of it.
    /// - Parameter growth: of what only removes, whatever the command is.
    func change<T>(
        _ names: [CachedRow], growth: Growth? = nil, _ body: () throws(SQLiteError) -> T
    ) throws(Problem) -> T {
        let result = try answer { () throws(SQLiteError) in
            try willWrite(growth)
            return try body()
        }
        for name in names { wrote(name) }
        return result
    }

    /// The next of the numbers that are never given twice.
    func nextNumber<Row: StoredRow>(_ type: Row.Type) throws(SQLiteError) -> Int64 {
        let name = Row.table.name
        let last = try connection.row(SequenceRow.byName, name)?.last ?? 0
        try connection.put(SequenceRow(name: name, last: last + 1))
        history.count()
        return last + 1
    }
}
