import SQLite
import Wire

/// What became of a loss that was accepted.
public struct AcceptedLoss: Sendable {
    public let loss: Loss
    /// The one that began with it.
    public let incarnation: IncarnationRow
    /// By how much every counter was moved on.
    public let skippedCount: UInt64
    /// Rows that are damaged, and what follows from it, as ``StoreCheck`` words it. They stay as they are: whoever asks
    /// for one of them is told that it is damaged.
    public let damage: [String]
}

extension Store {
    /// Goes on with what is left of a store that ``open(folder:configuration:afterBatch:)`` refuses because something
    /// is missing at its end, or because nobody knows: a copy has no note of its end.
    ///
    /// Looks through all of it first. No number that may have been given is given again, and a new incarnation begins.
    /// Whatever cuts this short, it is done over or was done.
    /// - Throws: ``StoreError``. While it looks nothing is changed; after an error of writing, such as a full disk, it
    ///   is done over.
    public static func acceptLoss(
        folder: String, configuration: StoreConfiguration = StoreConfiguration()
    ) throws(StoreError) -> AcceptedLoss {
        try configuration.validate()
        let house = try StoreFolder(folder, founding: nil)
        try StoreFolder.requireFormat(of: house.databasePath)
        let check = try EndCheck(folder: house.path, databasePath: house.databasePath)
        try check.requireWhole()
        let connection: Connection
        let acceptance: Acceptance
        do throws(StoreError) {
            connection = try connect(house, .readWrite)
            try StoreSchema.check(connection)
            acceptance = try examined(check, connection, house, at: configuration.clock())
        } catch .damaged(_, let reason) where check.logLoss != nil {
            // Two moments that are mixed seldom make a database.
            throw .unacceptable(folder: house.name, reason: reason)
        }
        defer { connection.close() }
        if let note = check.note { try EndFile.go(on: note, in: house.path, of: house.databasePath).accepts() }
        let accepted: AcceptedLoss
        do throws(SQLiteError) {
            accepted = try acceptance.run(connection, configuration)
        } catch {
            throw StoreFolder.error(error)
        }
        // All of it goes into the file, so that the damaged rest of a log is gone.
        _ = connection.checkpoint(.truncate)
        let end = try EndCheck(folder: house.path, databasePath: house.databasePath).end
        _ = try EndFile.create(in: house.path, of: house.databasePath, acceptance.note(log: end))
        return accepted
    }

    /// Looks through all that is left, and changes nothing.
    private static func examined(
        _ check: EndCheck, _ connection: Connection, _ house: StoreFolder, at now: Timestamp
    ) throws(StoreError) -> Acceptance {
        let recovered: Moment
        let newest: Int64
        let loss: Loss?
        let soundness: Soundness?
        var flaw: String?
        do throws(SQLiteError) {
            recovered = try Moment(recovering: connection)
            newest = try newestRow(connection)
            loss = check.loss(recovered)
            if loss != nil, check.isMixed(recovered) { flaw = "pages of it are newer than the end of its log" }
            soundness = loss == nil || flaw != nil ? nil : try Soundness(connection, at: recovered)
            flaw = flaw ?? soundness?.flaw
        } catch {
            throw StoreFolder.error(error)
        }
        guard let loss else { throw .nothingLost(folder: house.name) }
        if let flaw { throw .unacceptable(folder: house.name, reason: flaw) }
        let shard = try ShardSetting.check(connection, wanted: nil)
        return Acceptance(
            loss, recovered, newestRow: newest, check.note, damage: soundness?.damage ?? [], in: shard, at: now)
    }
}
