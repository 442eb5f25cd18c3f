import Wire

/// A stretch of log rows that is flushed as one.
final class TailSegment {
    private(set) var rows: ContiguousArray<TailRow> = []
    private(set) var copies: ContiguousArray<TailCopy> = []
    /// Places in `rows`.
    private var accepted: [AcceptedKey: Int32] = [:]
    private let rowCountMax: Int

    /// What is reserved costs nothing until it is used; growing a full dictionary would cost milliseconds.
    init(rowCount: Int) {
        rowCountMax = rowCount
        rows.reserveCapacity(rowCount)
        accepted.reserveCapacity(rowCount)
    }

    var isFull: Bool { rows.count >= rowCountMax }

    func append(_ row: TailRow, copies newCopies: [TailCopy], client: ClientID?) {
        var row = row
        row.copyStart = Int32(copies.count)
        row.copyCount = Int32(newCopies.count)
        copies.append(contentsOf: newCopies)
        if let client, let sender = row.sender {
            row.client = client
            accepted[AcceptedKey(client: client, sender: sender.handle)] = Int32(rows.count)
        }
        rows.append(row)
    }

    func removeLast() -> (TailRow, [TailCopy]) {
        let row = rows.removeLast()
        let taken = Array(copies[Int(row.copyStart)...])
        copies.removeLast(taken.count)
        if let client = row.client, let sender = row.sender {
            accepted[AcceptedKey(client: client, sender: sender.handle)] = nil
        }
        return (row, taken)
    }

    func row(_ client: ClientID, _ sender: Int64) -> TailRow? {
        accepted[AcceptedKey(client: client, sender: sender)].map { rows[Int($0)] }
    }

    func copies(of row: TailRow) -> ArraySlice<TailCopy> {
        copies[Int(row.copyStart)..<Int(row.copyStart + row.copyCount)]
    }
}

/// What the flush must know of a log row.
struct TailRow {
    let row: Int64
    let time: Timestamp
    /// Absent when sealed, and when it is known no more.
    let sender: QueueTail?
    let conversation: ConversationTail?
    let seq: UInt64
    /// Whether it can be paged to, and stays; else it goes with its last copy.
    let isEntry: Bool
    /// Not where a row of those whom it concerns is damaged: then it stays.
    let isWhole: Bool
    var client: ClientID?
    var copyStart: Int32 = 0
    var copyCount: Int32 = 0

    init(
        row: Int64, time: Timestamp, sender: QueueTail?, conversation: ConversationTail?, seq: UInt64, isEntry: Bool,
        isWhole: Bool = true
    ) {
        self.row = row
        self.time = time
        self.sender = sender
        self.conversation = conversation
        self.seq = seq
        self.isEntry = isEntry
        self.isWhole = isWhole
    }

    var accepted: AcceptedRow {
        AcceptedRow(
            id: MessageID(UInt64(bitPattern: row)), time: time, conversation: conversation?.id,
            seq: conversation == nil ? nil : SequenceNumber(seq))
    }
}

/// One device's copy of a log row.
struct TailCopy {
    let queue: QueueTail
    let number: UInt64
    let weight: QueueWeight
}

/// Names a send within the server.
struct AcceptedKey: Hashable {
    let client: ClientID
    /// ``QueueTail/handle`` of the sending device.
    let sender: Int64
}
