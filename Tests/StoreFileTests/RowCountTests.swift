import SQLite
import Testing
import Wire

@testable import Store

/// Mirrors the row count of `Tables`, where a flush meets the removal of a conversation.
@Suite("Count of stored rows")
struct RowCountTests {
    /// Tables of a store with 4 entries in a conversation that goes and 2 in one that stays, all above the watermark.
    private func tables(in folder: TestFolder) async throws -> Tables {
        let store = try Store.open(folder: folder.path)
        try await store.prepare()
        await store.close()
        let connection = try Connection(path: folder.database, access: .readWrite)
        let configuration = StoreConfiguration()
        let tables = Tables(
            connection: connection, tail: Tail(segmentRowCount: 100), damage: DamagedRows(), shard: store.shard,
            recovered: try LogRecovery(connection, configuration, at: try Moment(recovering: connection)),
            configuration: configuration)
        try connection.execute("BEGIN IMMEDIATE")
        let kept = ConversationRow(
            conversation: ConversationID(bytes: SixteenBytes(high: 2, low: 9)), kind: .group, mode: .open,
            title: "kept", sealedName: nil, createdAt: Sample.start, memberCount: 0, pair: nil)
        try tables.insertConversation(kept)
        for client in UInt64(1)...4 { _ = try tables.append(Sample.post(client, text: "goes")) }
        for client in UInt64(5)...6 {
            var draft = Sample.post(client, text: "stays")
            draft.conversation = kept.conversation
            _ = try tables.append(draft)
        }
        return tables
    }

    @Test("an entry that a flush and the removal of its conversation both wipe counts once", arguments: 0...7)
    func metByRemoval(_ step: Int) async throws {
        let folder = try TestFolder()
        let tables = try await tables(in: folder)
        let handle = try #require(try tables.conversation(Sample.dm)?.number)
        tables.tail.freeze()
        let segment = tables.tail.segments[0]
        var flush = Flush(segment: segment, plan: FlushPlan(segment), listCountMin: 100)
        // As far as `step`, then the conversation goes, with what stands in the tables of it already.
        while flush.step.rawValue < step { try flush.advance(tables, until: Deadline(microseconds: 0)) }
        try tables.removeConversation(Sample.dm)
        while try !tables.purgeLog(handle) {}
        while !flush.isFinished { try flush.advance(tables, until: Deadline(microseconds: 0)) }
        tables.tail.flushed()
        while try !tables.purgeLog(handle) {}
        try tables.connection.execute("COMMIT")
        #expect(tables.logRowCount == 2)
        let progress = try tables.connection.row(ProgressRow.byID, 0)
        #expect(progress?.rows == 2)
        tables.connection.close()
        try folder.noteAnew()
        let store = try Store.open(folder: folder.path)
        #expect(store.status().storedRows == 2)
        await store.close()
    }
}
