import Threads

/// What was found damaged: log rows, each counted once, and tables. Shared by all who read.
final class DamagedRows: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    private static let rememberedCountMax = 65_536
    private let lock = Lock()
    private var rows: Set<Int64> = []
    private var uncounted: UInt64 = 0
    private var tables: Set<String> = []

    var count: UInt64 {
        lock.lock()
        defer { lock.unlock() }
        return UInt64(rows.count + tables.count) + uncounted
    }

    /// A row of a table that could not be read. Which one it is nobody knows, so each table counts once.
    func found(table: String) {
        lock.lock()
        defer { lock.unlock() }
        tables.insert(table)
    }

    func found(_ row: Int64) {
        lock.lock()
        defer { lock.unlock() }
        if rows.count < Self.rememberedCountMax {
            rows.insert(row)
        } else if !rows.contains(row) {
            uncounted += 1
        }
    }
}
