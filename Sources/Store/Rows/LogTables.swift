package import SQLite
package import Wire

// Where the flushed log is found by, and how far it has come. `Log/` writes and reads them; ``LogRecord`` draws what
// stands in the log itself.

/// Where a flushed entry of a conversation stands in the log.
package struct EntryRow: StoredRow {
    /// ``ConversationRow/number``.
    package var conversation: Int64
    package var seq: UInt64
    package var row: Int64

    package static let table = Table(
        "entry", "Where the flushed entries of a conversation stand in the log.", key: 2,
        Column("conversation", \.conversation, .id, "conversation.number"),
        Column("seq", \.seq, .counter),
        Column("row", \.row, .id, "entry_record.row")
    ) { EntryRow(conversation: $0, seq: $1, row: $2) }

    package static let ofConversation = Index(within: \EntryRow.conversation, by: \.seq)
    package static let indexes: [any RowIndex] = [ofConversation]
    package static let erasure = Erasure.nobody
}

/// A flushed envelope that waits for a device.
package struct QueueRow: StoredRow {
    /// ``DeviceRow/number``.
    package var device: Int64
    /// The place in the device's queue.
    package var number: UInt64
    package var row: Int64
    /// Devices the row is for.
    package var copies: UInt64
    /// Whose share it counts in; `nil` where the sender is sealed.
    package var sender: AccountID?
    /// ``QueueWeight/byteCount``.
    package var bytes: UInt64

    package static let table = Table(
        "queue", "The flushed envelopes that wait for a device.", key: 2,
        Column("device", \.device, .id, "device.number"),
        Column("number", \.number, .counter, "the place in the device's queue"),
        Column("row", \.row, .id, "log.row"),
        Column("copies", \.copies, .counter, "devices the row is for"),
        Column("sender", \.sender, .id, "the sending account; nothing where it is sealed"),
        Column("bytes", \.bytes, .counter, "what the copy takes of the queue's room")
    ) { QueueRow(device: $0, number: $1, row: $2, copies: $3, sender: $4, bytes: $5) }

    package static let ofDevice = Index(within: \QueueRow.device, by: \.number)
    package static let indexes: [any RowIndex] = [ofDevice]
    package static let erasure = Erasure.nobody
}

/// How far a device's queue has come, as of the last flush.
package struct CursorRow: StoredRow {
    /// ``DeviceRow/number``.
    package var device: Int64
    /// The last number given.
    package var head: UInt64
    /// The last number acknowledged.
    package var delivered: UInt64
    package var gaps = NumberGaps()

    package static let table = Table(
        "cursor", "How far each device's queue has come, as of the last flush.", key: 1,
        Column("device", \.device, .id, "device.number"),
        Column("head", \.head, .counter, "the last number given"),
        Column("delivered", \.delivered, .counter, "the last number acknowledged"),
        Column("gaps", \.gaps, .counter, "pairs of numbers between which none was given")
    ) { CursorRow(device: $0, head: $1, delivered: $2, gaps: $3) }

    package static let ofDevice = Lookup(\CursorRow.device)
    package static let indexes: [any RowIndex] = [ofDevice]
    package static let erasure = Erasure.nobody
    package static let owners = [Owner(\CursorRow.device, DeviceRow.byNumber)]
}

/// The last seq given in a conversation, as of the last flush.
package struct HeadRow: StoredRow {
    /// ``ConversationRow/number``.
    package var conversation: Int64
    package var seq: UInt64
    package var gaps = NumberGaps()

    package static let table = Table(
        "head", "The last seq given in each conversation, as of the last flush.", key: 1,
        Column("conversation", \.conversation, .id, "conversation.number"),
        Column("seq", \.seq, .counter),
        Column("gaps", \.gaps, .counter, "pairs of seqs between which none was given")
    ) { HeadRow(conversation: $0, seq: $1, gaps: $2) }

    package static let ofConversation = Lookup(\HeadRow.conversation)
    package static let indexes: [any RowIndex] = [ofConversation]
    package static let erasure = Erasure.nobody
    package static let owners = [Owner(\HeadRow.conversation, ConversationRow.byNumber)]
}

/// A device that was removed and whose queue has rows left.
package struct RemovedQueueRow: StoredRow {
    package var device: Int64

    package static let table = Table(
        "removed_queue", "Queues of devices that were removed, until their rows are.", key: 1,
        Column("device", \.device, .id, "device.number")
    ) { RemovedQueueRow(device: $0) }

    package static let byDevice = Lookup(\RemovedQueueRow.device)
    package static let inOrder = Index(by: \RemovedQueueRow.device)
    package static let indexes: [any RowIndex] = [byDevice, inOrder]
    package static let erasure = Erasure.nobody
}

/// A conversation that was removed and whose log has rows left.
package struct RemovedLogRow: StoredRow {
    package var conversation: Int64

    package static let table = Table(
        "removed_log", "Conversations that were removed, until the rows of their logs are.", key: 1,
        Column("conversation", \.conversation, .id, "conversation.number")
    ) { RemovedLogRow(conversation: $0) }

    package static let byConversation = Lookup(\RemovedLogRow.conversation)
    package static let inOrder = Index(by: \RemovedLogRow.conversation)
    package static let indexes: [any RowIndex] = [byConversation, inOrder]
    package static let erasure = Erasure.nobody
}

/// How far the flush has come. One row, whose id is zero.
package struct ProgressRow: StoredRow {
    package var id: UInt64 = 0
    /// Log rows up to here are in the tables.
    package var watermark: Int64 = 0
    /// The last message id given.
    package var lastRow: Int64 = 0
    /// Log rows up to here were looked at for their age.
    package var expired: Int64 = 0
    /// Log rows up to the watermark.
    package var rows: Int64 = 0

    package static let table = Table(
        "progress", "One row: how far the flush has come.", key: 1,
        Column("id", \.id, .counter, "always zero"),
        Column("watermark", \.watermark, .id, "log rows up to here are in the tables"),
        Column("last_row", \.lastRow, .id, "the last message id given"),
        Column("expired", \.expired, .id, "log rows up to here were looked at for their age"),
        Column("rows", \.rows, .counter, "log rows up to the watermark")
    ) { ProgressRow(id: $0, watermark: $1, lastRow: $2, expired: $3, rows: $4) }

    package static let byID = Lookup(\ProgressRow.id)
    package static let indexes: [any RowIndex] = [byID]
    package static let erasure = Erasure.nobody
}

/// A message that deletes itself.
package struct ExpiringMessageRow: StoredRow {
    package var expiresAt: Timestamp
    package var row: Int64
    package var conversation: ConversationID
    package var seq: SequenceNumber

    package static let table = Table(
        "expiring_message", "Messages that delete themselves.", key: 2,
        Column("expires_at", \.expiresAt, .time),
        Column("row", \.row, .id, "entry_record.row"),
        Column("conversation", \.conversation, .id),
        Column("seq", \.seq, .counter)
    ) { ExpiringMessageRow(expiresAt: $0, row: $1, conversation: $2, seq: $3) }

    package static let byPlace = Lookup(\ExpiringMessageRow.expiresAt, \.row)
    package static let byEnd = Index(by: \ExpiringMessageRow.expiresAt)
    package static let indexes: [any RowIndex] = [byPlace, byEnd]
    package static let erasure = Erasure.nobody
}
