package import SQLite
import Wire

/// How many media there are, and the bytes that are charged for them: to an account what was declared, to the whole
/// server what is there.
public struct MediaTotals: Sendable, Equatable {
    public var count: UInt64
    public var byteCount: UInt64

    public init(count: UInt64 = 0, byteCount: UInt64 = 0) {
        self.count = count
        self.byteCount = byteCount
    }
}

/// The ``MediaTotals`` of an account, or of all of them together.
package struct MediaTotalRow: StoredRow {
    /// Its id; empty for all of them together.
    package var account: [UInt8]
    package var totals: MediaTotals

    package static let table = Table(
        "media_total", "Charged bytes for each account, and for all under an empty name.", key: 1,
        Column("account", \.account, .id, "or nothing, for all together"),
        Column("count", \.totals.count, .counter),
        Column("byte_count", \.totals.byteCount, .counter)
    ) { MediaTotalRow(account: $0, totals: MediaTotals(count: $1, byteCount: $2)) }

    package static let byName = Lookup(\MediaTotalRow.account)
    package static let indexes: [any RowIndex] = [byName]
    package static let erasure = Erasure.along(with: "the last of its media")
}
