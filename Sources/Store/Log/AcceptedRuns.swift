import SQLite
import Wire

/// The client ids of the last day's flushed sends, in runs that are forgotten as a whole. Owned by the writer.
///
/// A fresh id, which nearly all are, is known to be fresh by the runs' filters alone; only a maybe asks the table.
struct AcceptedRuns {
    final class Run {
        let id: Int64
        let filter: AcceptedFilter
        var oldest: Timestamp
        var newest: Timestamp
        var count: Int
        var listCount: Int64

        init(id: Int64, countMax: Int, oldest: Timestamp, newest: Timestamp, count: Int, listCount: Int64) {
            self.id = id
            self.oldest = oldest
            self.newest = newest
            self.count = count
            self.listCount = listCount
            filter = AcceptedFilter(countMax: max(countMax, count))
        }
    }

    private let countMax: Int
    private let secondsMax: UInt64
    private(set) var runs: [Run] = []
    /// Runs that are forgotten but whose rows are not deleted yet.
    private(set) var forgotten: [Int64] = []
    private var lastID: Int64 = 0
    /// The last number given to a block.
    var lastBlock: Int64 = 0
    /// So that nobody can choose ids that collide.
    private let key = SystemRandomNumberGenerator.twoWords()

    init(configuration: StoreConfiguration) {
        countMax = configuration.acceptedRunCount
        secondsMax = configuration.acceptedRunSeconds
    }

    /// Fills the filters again when a store is opened.
    mutating func load(_ connection: Connection) throws(SQLiteError) {
        let countMax = countMax
        runs = try connection.rows(AcceptedRunRow.inOrder, Whole(), limit: .max).map { (row) in
            Run(
                id: row.run, countMax: countMax, oldest: row.oldest, newest: row.newest,
                count: Int(clamping: row.count), listCount: row.lists)
        }
        // Only its number counts: a block that is damaged is not looked into.
        lastBlock = try connection.first("SELECT max(block) FROM accepted_block") { $0.integer(0) } ?? 0
        lastID = runs.last?.id ?? 0
        for run in runs {
            let blocks = try connection.statement("SELECT record FROM accepted_block WHERE run = ?")
            defer { blocks.reset() }
            blocks.bind(1, run.id)
            while try blocks.step() {
                let bytes = blocks.borrowedBytes(0)
                for index in 0..<(AcceptedBlock.count(bytes) ?? 0) {
                    let entry = AcceptedBlock.entry(bytes, at: index)
                    run.filter.insert(hash(entry.client.bytes, entry.sender))
                }
            }
            let rows = try connection.statement("SELECT client, sender FROM accepted WHERE run = ?")
            defer { rows.reset() }
            rows.bind(1, run.id)
            while try rows.step() {
                guard let client = rows.id(0) else { continue }
                run.filter.insert(hash(client, rows.integer(1)))
            }
        }
    }

    func accepted(_ client: ClientID, _ sender: Int64, _ tables: ReadableTables) throws(SQLiteError) -> AcceptedRow? {
        guard !runs.isEmpty else { return nil }
        let hash = hash(client.bytes, sender)
        for run in runs.reversed() where run.filter.mayContain(hash) {
            if let row = try tables.accepted(client, sender, run: run.id, listCount: run.listCount) { return row }
        }
        return nil
    }

    /// The run that takes the ids of a flush that begins at `time`.
    mutating func open(at time: Timestamp) -> Run {
        if let run = runs.last, run.count < countMax, time.seconds(since: run.oldest) < secondsMax { return run }
        lastID += 1
        let run = Run(id: lastID, countMax: countMax, oldest: time, newest: time, count: 0, listCount: 0)
        runs.append(run)
        return run
    }

    func insert(_ client: ClientID, _ sender: Int64, at time: Timestamp, into run: Run) {
        run.filter.insert(hash(client.bytes, sender))
        run.newest = max(run.newest, time)
        run.count += 1
    }

    /// Forgets the runs that hold nothing younger than a retry may be.
    mutating func forget(now: Timestamp) {
        let old = runs.filter { $0.newest.adding(seconds: Limits.idempotencySeconds) <= now }
        guard !old.isEmpty else { return }
        forgotten += old.map(\.id)
        runs.removeAll { (run) in old.contains { $0 === run } }
    }

    mutating func deleted(_ run: Int64) { forgotten.removeAll { $0 == run } }

    private func hash(_ client: SixteenBytes, _ sender: Int64) -> UInt64 {
        var state = (client.high ^ key.0) &* 0x9E37_79B9_7F4A_7C15
        state = ((state ^ state >> 32) ^ client.low) &* 0xD6E8_FEB8_6659_FD93
        state = ((state ^ state >> 32) ^ UInt64(bitPattern: sender) ^ key.1) &* 0xD6E8_FEB8_6659_FD93
        return state ^ state >> 32
    }
}

extension SystemRandomNumberGenerator {
    fileprivate static func twoWords() -> (UInt64, UInt64) {
        var generator = SystemRandomNumberGenerator()
        return (generator.next(), generator.next())
    }
}
