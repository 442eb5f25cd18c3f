import Threads
import Wire

/// What of the log is indexed in memory only: the rows above the watermark.
///
/// The writer alone changes it, under the lock, while a batch runs; readers look under the lock. A reader sees the
/// rows in `watermark ..< last row` of its own snapshot of the database: so it sees a row exactly when the row is
/// committed, once, whether the flush has moved it into the tables meanwhile or not. What was flushed therefore
/// stays here until no query is left that began before (``retiredGeneration``).
final class Tail: @unchecked Sendable {
    // Unchecked because `lock` guards the fields; the writer, who alone changes them, reads without it.
    let lock = Lock()
    private(set) var queues: [DeviceAddress: QueueTail] = [:]
    private(set) var conversations: [ConversationID: ConversationTail] = [:]
    /// Oldest first; the last one grows.
    private(set) var segments: [TailSegment]
    /// Counts the flushes.
    private(set) var generation: UInt64 = 0
    /// The generation each running query began in.
    private var queries: [Int: UInt64] = [:]
    private let segmentRowCount: Int

    init(segmentRowCount: Int) {
        self.segmentRowCount = segmentRowCount
        segments = [TailSegment(rowCount: segmentRowCount)]
    }

    var rowCount: Int { segments.reduce(0) { $0 + $1.rows.count } }

    var growing: TailSegment { segments[segments.count - 1] }

    // MARK: The writer's side

    func put(_ queue: QueueTail) {
        lock.lock()
        queues[queue.address] = queue
        lock.unlock()
    }

    func put(_ conversation: ConversationTail) {
        lock.lock()
        conversations[conversation.id] = conversation
        lock.unlock()
    }

    func dropQueue(_ address: DeviceAddress) {
        lock.lock()
        queues[address] = nil
        lock.unlock()
    }

    func dropConversation(_ id: ConversationID) {
        lock.lock()
        conversations[id] = nil
        lock.unlock()
    }

    /// Adds a row whose numbers are given: the copies' numbers come after their queues' heads.
    func append(_ row: TailRow, copies: [TailCopy], client: ClientID?) {
        lock.lock()
        defer { lock.unlock() }
        if let conversation = row.conversation {
            conversation.head = max(conversation.head, row.seq)
            conversation.rows.append(row.seq, row.isEntry ? row.row : -row.row)
        }
        for copy in copies {
            copy.queue.head = max(copy.queue.head, copy.number)
            if copy.number > copy.queue.delivered { copy.queue.append(copy.number, row.row, copy.weight) }
        }
        growing.append(row, copies: copies, client: client)
    }

    /// Takes the newest row back, which no reader has seen.
    func undoAppend() {
        lock.lock()
        defer { lock.unlock() }
        let (row, copies) = growing.removeLast()
        if let conversation = row.conversation {
            conversation.rows.removeLast()
            conversation.head = row.seq - 1
        }
        for copy in copies.reversed() {
            copy.queue.undoAppend()
            copy.queue.head = copy.number - 1
        }
    }

    /// Makes an acknowledgement, which is committed now, visible to readers.
    func publishTrim(_ queue: QueueTail) {
        lock.lock()
        queue.committedDelivered = queue.delivered
        queue.removeDelivered()
        lock.unlock()
    }

    /// Lets a new segment grow; the one before is to be flushed.
    func freeze() {
        lock.lock()
        segments.append(TailSegment(rowCount: segmentRowCount))
        lock.unlock()
    }

    /// Says that the oldest segment is in the tables, as of a commit that every later query sees.
    func flushed() {
        lock.lock()
        generation += 1
        lock.unlock()
    }

    /// Whether every running query began after the last flush.
    var isRetirable: Bool {
        lock.lock()
        defer { lock.unlock() }
        return queries.values.allSatisfy { $0 >= generation }
    }

    /// Drops what the tables hold from the lists of some queues and conversations.
    func retire(_ queues: ArraySlice<QueueTail>, _ conversations: ArraySlice<ConversationTail>, through row: Int64) {
        lock.lock()
        for queue in queues { queue.remove(rowsThrough: row) }
        for conversation in conversations { conversation.rows.remove(rowsThrough: row) }
        lock.unlock()
    }

    /// Forgets what the tables hold as well: these very objects. A segment may still name one that was forgotten
    /// before, and then another may stand in its place, with rows that only it knows.
    func forget(_ queues: [QueueTail], _ conversations: [ConversationTail]) {
        lock.lock()
        for queue in queues where self.queues[queue.address] === queue { self.queues[queue.address] = nil }
        for conversation in conversations where self.conversations[conversation.id] === conversation {
            self.conversations[conversation.id] = nil
        }
        lock.unlock()
    }

    func dropOldestSegment() {
        lock.lock()
        let segment = segments.removeFirst()
        lock.unlock()
        // Freed here, outside the lock.
        _ = segment
    }

    /// What a send was given, if it is above the watermark.
    /// - Parameter sender: ``QueueTail/handle`` of the sending device, which need not be in memory itself.
    func accepted(_ client: ClientID, _ sender: Int64) -> AcceptedRow? {
        for segment in segments.reversed() {
            if let row = segment.row(client, sender) { return row.accepted }
        }
        return nil
    }

    // MARK: The readers' side

    /// Registers a query, before it takes its snapshot.
    func beginQuery(_ reader: Int) {
        lock.lock()
        queries[reader] = generation
        lock.unlock()
    }

    func endQuery(_ reader: Int) {
        lock.lock()
        queries[reader] = nil
        lock.unlock()
    }
}

/// One conversation's log, as far as it is in memory.
final class ConversationTail {
    let id: ConversationID
    /// The conversation's number in the tables.
    let handle: Int64
    let gaps: NumberGaps
    /// The last seq given, in the running batch too. The writer's own.
    var head: UInt64
    var persistedHead: UInt64
    /// The conversation is gone, and so is what its rows say.
    var isRemoved = false
    /// By seq. Rows of pairwise sends, which are no entries, are negative. Guarded by the tail's lock.
    var rows = RowList()

    init(id: ConversationID, handle: Int64, head: UInt64, gaps: NumberGaps = NumberGaps()) {
        self.id = id
        self.gaps = gaps
        self.handle = handle
        self.head = head
        persistedHead = head
    }
}
