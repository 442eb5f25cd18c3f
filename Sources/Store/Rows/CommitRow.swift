package import SQLite

/// The moment of the last commit that no record of the log carries. One row, whose id is zero. See ``Moment``.
package struct CommitRow: StoredRow {
    package var id: UInt64 = 0
    package var number: UInt64
    package var chain: Int64

    package init(id: UInt64 = 0, number: UInt64, chain: Int64) {
        self.id = id
        self.number = number
        self.chain = chain
    }

    package static let table = Table(
        "last_commit", "One row: the moment of the last commit that no record carries.", key: 1,
        Column("id", \.id, .counter, "always zero"),
        Column("number", \.number, .counter, "what the store had counted"),
        Column("chain", \.chain, .hash, "unlike that of any other history")
    ) { CommitRow(id: $0, number: $1, chain: $2) }

    package static let byID = Lookup(\CommitRow.id)
    package static let indexes: [any RowIndex] = [byID]
    package static let erasure = Erasure.nobody
}

extension CommitRow {
    init(_ moment: Moment) { self.init(number: moment.number, chain: Int64(bitPattern: moment.chain)) }

    var moment: Moment { Moment(number: number, chain: UInt64(bitPattern: chain)) }
}
