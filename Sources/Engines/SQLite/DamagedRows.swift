import Store
import Threads

/// Log rows that were found damaged, each counted once. Shared by all who read.
final class DamagedRows: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    private static let rememberedCountMax = 65_536
    private let lock = Lock()
    private var rows: Set<Int64> = []
    private var uncounted: UInt64 = 0

    var count: UInt64 {
        lock.lock()
        defer { lock.unlock() }
        return UInt64(rows.count) + uncounted
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
