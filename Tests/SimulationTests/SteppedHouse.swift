import Foundation
import SQLite
@testable import Store
import TestKit
import Wire

/// A real store without its threads: writer, readers and checkpointer do one step when they are told to.
///
/// Belongs to the one thread of its simulation.
final class SteppedHouse: @unchecked Sendable {
    // Unchecked because one thread has all of it.
    let folder: Folder
    let store: Store
    private let parts: StoreParts
    /// Who hears that a query has its snapshot, for each that nobody has taken.
    private var waiting: [() -> Void] = []
    /// Readers that hold a snapshot.
    private var reading: [Int: (@Sendable (Result<ReadableTables, Problem>) -> Void)] = [:]
    private(set) var failure: Int32?
    /// Notes of the end that a power cut may leave, the oldest first.
    private var notes: [Data] = []

    static let readerCount = 2
    private static let keptNoteCount = 16

    init(
        _ folder: Folder, _ plan: Plan, clock: Timestamp, afterBatch: @escaping @Sendable () -> Void
    ) throws(Violation) {
        var configuration = StoreConfiguration()
        configuration.flushRowCount = plan.flushRowCount
        configuration.batchCommandCount = plan.batchCommandCount
        configuration.cachedRowCount = plan.cachedRowCount
        configuration.acceptedListCountMin = plan.acceptedListCountMin
        configuration.acceptedRunCount = 32
        configuration.readerCount = Self.readerCount
        configuration.idleFlushSpacingMilliseconds = 0
        // One stride of housekeeping in a transaction, however fast the machine is.
        configuration.sliceMicroseconds = 0
        configuration.shard = .ofTests
        configuration.clock = { clock }
        self.folder = folder
        do {
            parts = try Store.assemble(folder: folder.path, configuration: configuration, afterBatch: afterBatch)
        } catch {
            throw Violation("the store does not open: \(error)")
        }
        parts.checkpointer.gateMilliseconds = 0
        store = Store(shard: parts.shard, writer: parts.writer, readers: parts.readers, disk: nil, closing: Closing())
        notes = [folder.note]
    }

    // MARK: Steps

    /// Commits what is queued, or a slice of housekeeping when nothing is.
    func stepWriter() {
        _ = parts.writer.step(waitingMilliseconds: 0)
        if notes.count == Self.keptNoteCount { notes.removeFirst() }
        notes.append(folder.note)
    }

    /// Whether commands wait for the writer.
    var hasCommands: Bool { parts.writer.queue.unanswered > 0 }

    /// - Parameter began: called when the query has its snapshot.
    func ask(_ query: @escaping @Sendable (Result<ReadableTables, Problem>) -> Void, began: @escaping () -> Void) {
        store.query(query)
        waiting.append(began)
    }

    /// Gives the next query to a reader that is free, which takes its snapshot.
    /// - Returns: the reader; `nil` where there is nothing to do, or nobody to do it.
    func beginQuery() -> Int? {
        guard !waiting.isEmpty, let reader = (0..<Self.readerCount).first(where: { reading[$0] == nil }),
            let query = parts.readers.take()
        else { return nil }
        let began = waiting.removeFirst()
        let tables = parts.reading[reader]
        tables.tail.beginQuery(reader)
        do {
            try tables.beginSnapshot()
            reading[reader] = query
            began()
        } catch {
            tables.tail.endQuery(reader)
            query(.failure(error))
        }
        return reader
    }

    /// Answers from the snapshot that a reader has.
    func endQuery(_ reader: Int) {
        guard let query = reading[reader] else { return }
        reading[reader] = nil
        let tables = parts.reading[reader]
        query(.success(tables))
        tables.endSnapshot()
        tables.tail.endQuery(reader)
    }

    /// Copies the write-ahead log back, or all of it and cuts it.
    func checkpoint(empties: Bool) {
        let failed: (Int32) -> Void = { self.failure = $0 }
        // With a reader in the way it would wait for it, on the thread that the reader has.
        if empties, reading.isEmpty {
            parts.checkpointer.empty(failed)
        } else {
            _ = parts.checkpointer.copy(.max, failed)
        }
        notes = [folder.note]
    }

    // MARK: Ends

    /// Closes it as an orderly end does.
    func close() {
        for reader in 0..<Self.readerCount { endQuery(reader) }
        parts.writer.finish()
        for tables in parts.reading { tables.connection.close() }
        parts.check.connection.close()
        parts.checkpointer.finish { self.failure = $0 }
    }

    /// The files as a kill leaves them.
    func killed() throws -> Folder { try folder.copy() }

    /// The files as a power cut between two commits leaves them: all but the newest notes of the end is durable.
    func unplugged(_ dice: inout SplitMix) throws -> Folder {
        let copy = try folder.copy()
        if let note = notes.randomElement(using: &dice) { try note.write(to: URL(filePath: copy.notePath)) }
        return copy
    }

    /// Looks at what is committed.
    func look<R>(_ body: (ReadableTables) throws -> R) throws -> R {
        let tables = parts.reading[0]
        tables.tail.beginQuery(0)
        defer {
            tables.endSnapshot()
            tables.tail.endQuery(0)
        }
        try tables.beginSnapshot()
        return try body(tables)
    }

    var status: StoreStatus { store.status() }
}
