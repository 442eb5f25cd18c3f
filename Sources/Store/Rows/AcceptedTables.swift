package import SQLite
package import Wire

// Sends of the last day and what they were given, so that a retry finds the same. Kept in runs that are forgotten as
// a whole. A large flush adds a list of packed blocks to a run, a small one adds single rows.

/// A run of remembered sends.
package struct AcceptedRunRow: StoredRow {
    package var run: Int64
    package var oldest: Timestamp
    package var newest: Timestamp
    package var count: UInt64
    package var lists: Int64

    package static let table = Table(
        "accepted_run", "Runs of remembered sends, each forgotten as a whole.", key: 1,
        Column("run", \.run, .id),
        Column("oldest", \.oldest, .time, "of the first send in it"),
        Column("newest", \.newest, .time, "of the last send in it"),
        Column("count", \.count, .counter, "sends"),
        Column("lists", \.lists, .counter)
    ) { AcceptedRunRow(run: $0, oldest: $1, newest: $2, count: $3, lists: $4) }

    package static let byRun = Lookup(\AcceptedRunRow.run)
    package static let inOrder = Index(by: \AcceptedRunRow.run)
    package static let indexes: [any RowIndex] = [byRun, inOrder]
    package static let erasure = Erasure.nobody
}

/// A block of remembered sends, drawn by ``AcceptedBlock``.
package struct AcceptedBlockRow: StoredRow {
    /// Counts up. A block fills a page, so rows are not clustered by what they are found by.
    package var block: Int64
    package var run: Int64
    /// Within the run.
    package var list: Int64
    /// Client id and sender of the first send in it.
    package var first: [UInt8]
    package var record: [UInt8]

    package static let table = Table(
        "accepted_block", "Remembered sends, packed by large flushes.", key: 1,
        Column("block", \.block, .id),
        Column("run", \.run, .id, "accepted_run.run"),
        Column("list", \.list, .counter, "within the run"),
        Column("first", \.first, .id, "client id and sender of the first send in it"),
        Column("record", \.record, .id, "ids, times and counters, drawn by AcceptedBlock")
    ) { AcceptedBlockRow(block: $0, run: $1, list: $2, first: $3, record: $4) }

    package static let ofList = Index(within: \AcceptedBlockRow.run, \.list, by: \.first)
    package static let ofRun = Index(within: \AcceptedBlockRow.run, by: \.block)
    package static let inOrder = Index(by: \AcceptedBlockRow.block)
    package static let indexes: [any RowIndex] = [ofList, ofRun, inOrder]
    package static let erasure = Erasure.nobody
}

/// One remembered send, as small flushes write them.
package struct AcceptedSendRow: StoredRow {
    package var run: Int64
    package var client: SixteenBytes
    /// ``DeviceRow/number`` of the sending device.
    package var sender: Int64
    /// The log row, which may be gone.
    package var row: Int64
    package var time: Timestamp
    /// ``ConversationRow/number``, or zero.
    package var conversation: Int64
    package var seq: UInt64

    package static let table = Table(
        "accepted", "Remembered sends, one by one, of small flushes.", key: 3,
        Column("run", \.run, .id, "accepted_run.run"),
        Column("client", \.client, .id, "chosen by the sender"),
        Column("sender", \.sender, .id, "device.number"),
        Column("row", \.row, .id, "log.row, which may be gone"),
        Column("time", \.time, .time),
        Column("conversation", \.conversation, .id, "conversation.number, or zero"),
        Column("seq", \.seq, .counter)
    ) {
        AcceptedSendRow(run: $0, client: $1, sender: $2, row: $3, time: $4, conversation: $5, seq: $6)
    }

    package static let ofClient = Index(within: \AcceptedSendRow.run, \.client, by: \.sender)
    package static let ofRun = Index(within: \AcceptedSendRow.run, by: \.client)
    package static let indexes: [any RowIndex] = [ofClient, ofRun]
    package static let erasure = Erasure.nobody
}
