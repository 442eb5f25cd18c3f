package import SQLite
public import Wire

/// A stretch of the store's history in which nothing that was accepted was lost. A new one begins where somebody
/// accepts a loss; clients are told its name.
public struct IncarnationRow: Sendable, Equatable {
    /// Counts from 1.
    public package(set) var number: UInt64
    public package(set) var id: IncarnationID
    public package(set) var begunAt: Timestamp
    /// In words.
    public package(set) var reason: String
    /// What the store had counted when it began.
    package var commit: UInt64

    package init(number: UInt64, id: IncarnationID, begunAt: Timestamp, reason: String, commit: UInt64) {
        self.number = number
        self.id = id
        self.begunAt = begunAt
        self.reason = reason
        self.commit = commit
    }
}

extension IncarnationRow: StoredRow {
    package static let table = Table(
        "incarnation", "Stretches of history in which nothing was lost; a new one begins with each accepted loss.",
        key: 1,
        Column("number", \.number, .counter),
        Column("id", \.id, .id, "random, told to clients"),
        Column("begun_at", \.begunAt, .time),
        Column("reason", \.reason, .openText, "the server's own words"),
        Column("number_then", \.commit, .counter, "what the store had counted when it began")
    ) { IncarnationRow(number: $0, id: $1, begunAt: $2, reason: $3, commit: $4) }

    package static let inOrder = Index(by: \IncarnationRow.number)
    package static let indexes: [any RowIndex] = [inOrder]
    package static let erasure = Erasure.nobody
}
