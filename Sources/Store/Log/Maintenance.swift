import SQLite
import Threads
import Wire

/// Decides what housekeeping rides along with the next batch: flushing the tail, deleting what was delivered,
/// forgetting old client ids. Owned by the writer.
final class Maintenance {
    private enum Stage {
        case resting
        /// A segment waits for its order, which is worked out on another thread.
        case planning(TailSegment, PlanBox)
        case flushing(Flush)
        /// The segment is in the tables; running queries may still need it in memory.
        case retiring(Flush, index: Int)
    }

    /// What a transaction that fails must give back.
    private struct Rollback {
        let stage: Stage
        let logRowCount: Int64
        let purges: [QueueTail]
        let removed: Removed
        let dirtyQueues: [QueueTail]
        let runs: AcceptedRuns
        let progress: ProgressRow
    }

    private let tables: Tables
    private let configuration: StoreConfiguration
    private var stage = Stage.resting
    private var rollback: Rollback?
    private var purges: [QueueTail] = []
    private var removed: Removed
    private var lastFlushAt: UInt64 = 0
    /// A conversation was removed of whose entries some are in no table yet. A flush wipes them and gives them back to
    /// those who wrote them: it comes soon, and does not wait until nobody wants anything.
    private var owesWiping = false
    /// Set by a failure, so that idle time is not spent on trying over and over.
    private(set) var hasFailed = false

    init(tables: Tables, removed: Removed, configuration: StoreConfiguration) {
        self.tables = tables
        self.removed = removed
        self.configuration = configuration
    }

    // MARK: What there is to do

    /// Whether the stage is one that goes on by itself.
    var isUnderWay: Bool {
        if case .resting = stage { return false }
        return true
    }

    /// Work that can be done now, without waiting for anything.
    var hasWork: Bool {
        switch stage {
        case .flushing: true
        case .planning(_, let box): box.isReady
        case .retiring: tables.tail.isRetirable
        case .resting: hasPurges || needsFlush
        }
    }

    /// Whether anything is under way or to be flushed, so that the writer should look again soon.
    var isPending: Bool {
        if case .resting = stage { return hasPurges || hasUnflushed }
        return true
    }

    private var hasPurges: Bool { !purges.isEmpty || !removed.isEmpty || !tables.runs.forgotten.isEmpty }

    private var hasUnflushed: Bool { tables.tail.rowCount > 0 || !tables.dirtyQueues.isEmpty }

    private var needsFlush: Bool { tables.tail.growing.isFull || tables.tail.segments.count > 1 }

    // MARK: Around a transaction

    /// Called when a transaction begins.
    func begin() {
        rollback = Rollback(
            stage: stage, logRowCount: tables.logRowCount, purges: purges, removed: removed,
            dirtyQueues: tables.dirtyQueues, runs: tables.runs,
            progress: tables.progress)
    }

    /// Adds a slice of work to the running transaction.
    func work(microseconds: Int) throws(SQLiteError) {
        let deadline = Deadline(microseconds: microseconds)
        if case .planning(let segment, let box) = stage, let plan = box.plan {
            stage = .flushing(Flush(segment: segment, plan: plan, listCountMin: configuration.acceptedListCountMin))
        }
        if case .flushing(var flush) = stage {
            stage = .resting
            try flush.advance(tables, until: deadline)
            stage = .flushing(flush)
        } else if hasPurges {
            try purge(until: deadline)
        }
    }

    func committed() {
        rollback = nil
        hasFailed = false
        if case .flushing(let flush) = stage, flush.isFinished { finish(flush) }
        if case .retiring(let flush, let index) = stage, tables.tail.isRetirable { retire(flush, from: index) }
        guard case .resting = stage else { return }
        if needsFlush { beginFlush() } else if owesWiping { beginIdleFlush() }
    }

    func rolledBack() {
        hasFailed = true
        guard let rollback else { return }
        stage = rollback.stage
        purges = rollback.purges
        removed = rollback.removed
        tables.logRowCount = rollback.logRowCount
        tables.runs = rollback.runs
        tables.progress = rollback.progress
        tables.dirtyQueues = rollback.dirtyQueues
        for queue in purges { queue.isPurging = true }
        for queue in tables.dirtyQueues { queue.isDirty = true }
        self.rollback = nil
    }

    /// Takes on what a commit left behind.
    func add(removed queue: QueueTail) {
        removed.queues.append(queue.handle)
    }

    /// The same of a conversation.
    func add(removed log: ConversationTail) {
        removed.logs.append(log.handle)
        if !log.rows.isEmpty { owesWiping = true }
    }

    /// Called when nothing has happened for a while, where something is to be wiped, and before the store closes.
    func beginIdleFlush(isClosing: Bool = false) {
        guard case .resting = stage, hasUnflushed else { return }
        let spacing = UInt64(configuration.idleFlushSpacingMilliseconds) * 1_000_000
        guard isClosing || Deadline.now() >= lastFlushAt + spacing else { return }
        beginFlush()
    }

    /// Time for the next slice: more when flushing falls behind the appending.
    var sliceMicroseconds: Int { configuration.sliceMicroseconds * max(1, tables.tail.segments.count - 1) }

    // MARK: Flushing

    private func beginFlush() {
        if tables.tail.segments.count == 1 {
            tables.tail.freeze()
            owesWiping = false
        }
        let segment = tables.tail.segments[0]
        let box = PlanBox()
        stage = .planning(segment, box)
        lastFlushAt = Deadline.now()
        // A short list is sorted sooner than a thread starts.
        if segment.rows.count < 1_024 { box.set(FlushPlan(segment)) } else { box.fill(from: segment) }
    }

    private func finish(_ flush: Flush) {
        tables.watermark = max(tables.watermark, flush.lastRow)
        tables.tail.flushed()
        for queue in flush.queues where !queue.isPurging && !queue.isRemoved {
            guard min(queue.persistedDelivered, queue.storedThrough) > queue.purgedThrough else { continue }
            queue.isPurging = true
            purges.append(queue)
        }
        tables.runs.forget(now: tables.sweptAt)
        stage = .retiring(flush, index: 0)
    }

    private static let retireStride = 2_048

    /// Frees what the tables hold now, a stretch at a time.
    private func retire(_ flush: Flush, from index: Int) {
        let queueEnd = min(flush.queues.count, index + Self.retireStride)
        let queues = flush.queues[min(index, queueEnd)..<queueEnd]
        let places = flush.plan.conversations
        let placeEnd = min(places.count, index + Self.retireStride)
        let conversations = places[min(index, placeEnd)..<placeEnd].compactMap {
            flush.segment.rows[Int($0)].conversation
        }
        let senderEnd = min(flush.plan.senders.count, index + Self.retireStride)
        let senders = flush.plan.senders[min(index, senderEnd)..<senderEnd].compactMap {
            flush.segment.rows[Int($0)].sender
        }
        tables.tail.retire(queues, conversations[...], through: flush.lastRow)
        forgetSome(queues + senders, conversations)
        if max(queueEnd, senderEnd, placeEnd) == index + Self.retireStride {
            stage = .retiring(flush, index: index + Self.retireStride)
        } else {
            tables.tail.dropOldestSegment()
            stage = .resting
        }
    }

    /// Where there are too many, forgets those of whom the tables know as much.
    private func forgetSome(_ queues: ArraySlice<QueueTail>, _ conversations: [ConversationTail]) {
        let countMax = configuration.cachedRowCount
        var known: (queues: [QueueTail], conversations: [ConversationTail]) = ([], [])
        if tables.tail.queues.count > countMax {
            for queue in queues where queue.rows.isEmpty && queue.head == queue.persistedHead {
                let isPlain = queue.delivered == queue.persistedDelivered && !queue.isDirty && !queue.isPurging
                if isPlain, !queue.isRemoved { known.queues.append(queue) }
            }
        }
        if tables.tail.conversations.count > countMax {
            for conversation in conversations where conversation.rows.isEmpty {
                if conversation.head == conversation.persistedHead { known.conversations.append(conversation) }
            }
        }
        if !known.queues.isEmpty || !known.conversations.isEmpty {
            tables.tail.forget(known.queues, known.conversations)
        }
    }

    // MARK: Deleting

    private func purge(until deadline: Deadline) throws(SQLiteError) {
        repeat {
            if let queue = purges.last {
                let isDone = try tables.purge(queue.handle, through: queue.persistedDelivered)
                guard isDone else { continue }
                queue.purgedThrough = queue.persistedDelivered
                queue.isPurging = false
                purges.removeLast()
            } else if let handle = removed.queues.last {
                guard try tables.purge(handle, through: UInt64(Int64.max)) else { continue }
                try tables.connection.remove(RemovedQueueRow.byDevice, handle)
                removed.queues.removeLast()
            } else if let handle = removed.logs.last {
                guard try tables.purgeLog(handle) else { continue }
                try tables.connection.remove(RemovedLogRow.byConversation, handle)
                removed.logs.removeLast()
            } else if let cursor = removed.delivered.last {
                guard try tables.purge(cursor.device, through: cursor.delivered) else { continue }
                removed.delivered.removeLast()
            } else if let run = tables.runs.forgotten.last {
                if try tables.deleteSome(ofRun: run) { tables.runs.deleted(run) }
            } else {
                return
            }
        } while !deadline.isOver
    }
}

/// Hands a plan from the thread that makes it to the writer.
final class PlanBox: @unchecked Sendable {
    // Unchecked because `lock` guards the plan, and the segment changes no more.
    private let lock = Lock()
    private var made: FlushPlan?

    var plan: FlushPlan? {
        lock.lock()
        defer { lock.unlock() }
        return made
    }

    var isReady: Bool { plan != nil }

    func set(_ plan: FlushPlan) {
        lock.lock()
        made = plan
        lock.unlock()
    }

    func fill(from segment: TailSegment) {
        // A closed segment does not change any more: it belongs to whoever reads it.
        nonisolated(unsafe) let segment = segment
        WorkerThread.start("store-planner") { self.set(FlushPlan(segment)) }
    }
}
