package import SQLite
package import Wire

/// What the store last believed of the clock. One row, whose id is zero.
package struct ClockRow: TableRow {
    package var id: UInt64 = 0
    /// The last time that was believed, a minute old at most while the server runs.
    package var notedAt: Timestamp
    /// Minutes the server has run since the clock jumped; absent while it is believed.
    package var heldMinutes: UInt64?

    package init(notedAt: Timestamp, heldMinutes: UInt64? = nil) {
        self.notedAt = notedAt
        self.heldMinutes = heldMinutes
    }

    package static let table = Table(
        "clock", "One row: what the store last believed of the clock.", key: 1,
        Column("id", \.id, .counter, "always zero"),
        Column("noted_at", \.notedAt, .time, "the last time that was believed"),
        Column("held_minutes", \.heldMinutes, .counter, "how long the server has run since the clock jumped")
    ) { (id, notedAt, heldMinutes) -> ClockRow? in
        var row = ClockRow(notedAt: notedAt, heldMinutes: heldMinutes)
        row.id = id
        return row
    }

    package static let byID = Lookup(\ClockRow.id)
    package static let indexes: [any RowIndex] = [byID]
    package static let erasure = Erasure.nobody
}
