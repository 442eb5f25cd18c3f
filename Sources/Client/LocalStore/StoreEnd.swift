import SQLite

/// Holds database and log against what was noted of them, before SQLite looks: that ends its log without a word at the
/// first frame that does not fit, and takes a database as far as it goes.
enum StoreEnd {
    /// - Parameter noted: where the log ended after the last commit, as far as is known.
    /// - Throws: ``LocalStoreError/damaged(_:)``; ``LocalStoreError/notAStore``.
    static func requireWhole(
        _ databasePath: String, _ database: OpenFile, noted: WriteAheadLog.Place?
    ) throws(LocalStoreError) {
        let head: DatabaseHead
        do {
            head = try DatabaseHead(database.descriptor)
        } catch {
            throw .notAStore
        }
        guard head.format == StoreFile.format, head.pageByteCount == StoreLimits.pageByteCount else {
            throw .notAStore
        }
        guard let log = WriteAheadLog(of: databasePath) else {
            guard noted == nil else { throw damaged }
            return try requirePages(head.missingPageCount)
        }
        switch log.head {
        case .damaged:
            // The head is synced before the first frame is written.
            guard noted == nil, !log.hasFrames else { throw damaged }
            try requirePages(head.missingPageCount)
        case .absent:
            // Emptied, where its head is overwritten with zeros; and nothing of it can be needed.
            guard noted == nil || log.isOverwritten else { throw damaged }
            try requirePages(head.missingPageCount)
        case .sound(let generation):
            let extent = log.extent(of: generation)
            if let noted, noted.salts == generation.salts {
                guard extent.committedCount >= noted.frameCount,
                    log.place(ofFrame: noted.frameCount, of: generation) == noted
                else { throw damaged }
            }
            guard !log.hasCommit(behind: extent, of: generation) else { throw damaged }
            try requirePages(head.missingPageCount(with: log, generation, extent))
        }
    }

    private static var damaged: LocalStoreError { .damaged("\(StoreFile.databaseName)-wal") }

    private static func requirePages(_ missingCount: Int) throws(LocalStoreError) {
        guard missingCount == 0 else { throw .damaged(StoreFile.databaseName) }
    }
}
