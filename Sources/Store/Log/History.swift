import Digest

/// How far the store's history has come, in the running batch and before it. Owned by the writer.
struct History {
    /// As of the last commit.
    private(set) var committed: Moment
    /// As the running batch leaves it.
    private(set) var moment: Moment
    /// The number in the newest row, where the running batch wrote that.
    private var recordedNumber: UInt64?
    /// What makes this run's chain unlike that of any other that goes on from the same files.
    private let salt: UInt64

    init(from recovered: Moment, salt: UInt64 = .random(in: .min ... .max)) {
        committed = recovered
        moment = recovered
        self.salt = salt
    }

    /// A transaction begins: what it writes is of another moment.
    mutating func begin() {
        var digest = DigestState(seed: committed.chain)
        digest.absorb(committed.number)
        digest.absorb(salt)
        moment = committed.next(link: digest.value)
        recordedNumber = nil
    }

    /// Numbers are given out, or something is written that nothing else counts.
    mutating func count(_ count: UInt64 = 1) { moment.number += count }

    /// The newest row was written, with ``moment`` in it.
    mutating func recorded() { recordedNumber = moment.number }

    /// The newest row was taken back. What it counted stays counted.
    mutating func unrecorded() { recordedNumber = nil }

    /// The transaction has changed something and is about to commit.
    /// - Returns: the moment, where no record carries it and a row must.
    mutating func end() -> Moment? {
        if let recordedNumber, recordedNumber == moment.number { return nil }
        if moment.number == committed.number { moment.number += 1 }
        return moment
    }

    mutating func commit() { committed = moment }

    mutating func rollBack() { moment = committed }
}
