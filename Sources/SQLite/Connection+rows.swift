// The generic calls. Each binds, runs and resets one kept statement.

extension Connection {
    // MARK: Finding

    /// The one row with these values.
    package func row<Row, Within>(_ lookup: Lookup<Row, Within>, _ value: Within) throws(SQLiteError) -> Row? {
        try first(lookup.finding, value)
    }

    /// Rows in the index's order.
    package func rows<Row, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within, limit: Int
    ) throws(SQLiteError) -> [Row] {
        let statement = try statement(index.page)
        defer { statement.reset() }
        within.bind(to: statement)
        statement.bind(Int32(Within.count + 1), Int64(max(0, limit)))
        return try rows(statement)
    }

    /// The same, from after a value on.
    package func rows<Row, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within, after: By, limit: Int
    ) throws(SQLiteError) -> [Row] {
        let statement = try statement(index.after)
        defer { statement.reset() }
        Both(within, after).bind(to: statement)
        statement.bind(Int32(Within.count + 2), Int64(max(0, limit)))
        return try rows(statement)
    }

    /// The same, up to a value, which counts itself.
    package func rows<Row, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within, through: By, limit: Int
    ) throws(SQLiteError) -> [Row] {
        let statement = try statement(index.pageThrough)
        defer { statement.reset() }
        Both(within, through).bind(to: statement)
        statement.bind(Int32(Within.count + 2), Int64(max(0, limit)))
        return try rows(statement)
    }

    /// The row that comes last in the index's order.
    package func last<Row, Within, By>(_ index: Index<Row, Within, By>, _ within: Within) throws(SQLiteError) -> Row? {
        try first(index.last, within)
    }

    /// The last row up to a value, which counts itself.
    package func last<Row, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within, through: By
    ) throws(SQLiteError) -> Row? {
        try first(index.lastThrough, Both(within, through))
    }

    /// How many rows agree. Counts without reading them, so damage is not noticed.
    package func count<Row, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within
    ) throws(SQLiteError) -> Int {
        let statement = try statement(index.counting)
        defer { statement.reset() }
        within.bind(to: statement)
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    private func first<Row: StoredRow>(_ sql: SQL, _ within: some Prefix) throws(SQLiteError) -> Row? {
        let statement = try statement(sql)
        defer { statement.reset() }
        within.bind(to: statement)
        return try statement.step() ? try Row.table.read(statement) : nil
    }

    private func rows<Row: StoredRow>(_ statement: Statement) throws(SQLiteError) -> [Row] {
        var found: [Row] = []
        while try statement.step() { found.append(try Row.table.read(statement)) }
        return found
    }

    // MARK: Changing

    /// Traps where there is a row with the same key, or the same unique value.
    package func insert<Row: StoredRow>(_ row: Row) throws(SQLiteError) {
        try write(row, Row.table.insertion)
    }

    /// Inserts, or replaces the row with the same key. Traps where another row has the same unique value.
    package func put<Row: StoredRow>(_ row: Row) throws(SQLiteError) {
        try write(row, Row.table.putting)
    }

    /// Replaces the row with the same key. Traps where there is none.
    package func update<Row: StoredRow>(_ row: Row) throws(SQLiteError) {
        try write(row, Row.table.updating)
        precondition(changeCount == 1, "an update of no row")
    }

    private func write<Row: StoredRow>(_ row: Row, _ sql: SQL) throws(SQLiteError) {
        #if DEBUG
        for owner in Row.owners {
            let exists = try owner.exists(row, self)
            precondition(exists, "a row of \(Row.table.name) without its \(owner.tableName)")
        }
        #endif
        let statement = try statement(sql)
        Row.table.bind(row, to: statement)
        try statement.run()
    }

    /// - Returns: whether there was one.
    @discardableResult
    package func remove<Row, Within>(_ lookup: Lookup<Row, Within>, _ value: Within) throws(SQLiteError) -> Bool {
        let statement = try statement(lookup.removal)
        value.bind(to: statement)
        try statement.run()
        return changeCount > 0
    }

    /// Removes rows in the index's order.
    /// - Returns: how many, at most `limit`.
    @discardableResult
    package func removeAll<Row, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within, limit: Int
    ) throws(SQLiteError) -> Int {
        let statement = try statement(index.removal)
        within.bind(to: statement)
        statement.bind(Int32(Within.count + 1), Int64(max(0, limit)))
        try statement.run()
        return Int(changeCount)
    }

    /// The same of those up to a value, which is among them.
    @discardableResult
    package func removeAll<Row, Within, By>(
        _ index: Index<Row, Within, By>, _ within: Within, through: By, limit: Int
    ) throws(SQLiteError) -> Int {
        let statement = try statement(index.removalThrough)
        Both(within, through).bind(to: statement)
        statement.bind(Int32(Within.count + 2), Int64(max(0, limit)))
        try statement.run()
        return Int(changeCount)
    }
}

extension Connection {
    /// Looks at some rows up to a value, in the index's order, and removes them, damaged ones too: housekeeping must
    /// get past what nobody can read.
    /// - Returns: whether there are no more.
    package func removeSome<Row, Within, By: Comparable>(
        _ index: Index<Row, Within, By>, _ within: Within, through: By, limit: Int,
        sound: (Row) throws(SQLiteError) -> Void, damaged: () -> Void
    ) throws(SQLiteError) -> Bool {
        let statement = try statement(index.pageThrough)
        var found: [Row] = []
        var metCount = 0
        do {
            defer { statement.reset() }
            Both(within, through).bind(to: statement)
            statement.bind(Int32(Within.count + 2), Int64(limit))
            while try statement.step() {
                metCount += 1
                do throws(SQLiteError) {
                    found.append(try Row.table.read(statement))
                } catch .damaged {
                    damaged()
                }
            }
        }
        for row in found { try sound(row) }
        try removeAll(index, within, through: through, limit: metCount)
        return metCount < limit
    }
}

extension Prefix {
    func bind(to statement: Statement) {
        var writer = CellWriter(statement)
        write(to: &writer)
    }
}

/// What rows agree in, and one value more.
private struct Both<Within: Prefix, By: Cell>: Prefix {
    let within: Within
    let by: By

    init(_ within: Within, _ by: By) {
        self.within = within
        self.by = by
    }

    static var count: Int { Within.count + 1 }

    func write(to writer: inout CellWriter) {
        within.write(to: &writer)
        by.write(to: &writer)
    }
}
