package import SQLite

/// The last number that was given in a count of the store's own. Numbers are never given twice.
package struct SequenceRow: StoredRow {
    package var name: String
    package var last: Int64

    package static let table = Table(
        "sequence", "The last numbers given to what the store numbers itself.", key: 1,
        Column("name", \.name, .counter, "what is numbered: a table"),
        Column("last", \.last, .counter)
    ) { SequenceRow(name: $0, last: $1) }

    package static let byName = Lookup(\SequenceRow.name)
    package static let indexes: [any RowIndex] = [byName]
    package static let erasure = Erasure.nobody
}
