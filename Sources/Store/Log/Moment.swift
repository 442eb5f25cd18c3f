/// A moment of a store's history: what stands in the store after a commit says which one it is.
///
/// The invariant: **after each commit that changed anything, its moment stands in a live row.** That is the newest row
/// of the log, entries included, or the one row of ``CommitRow``:
///
/// - Every record that is appended carries the moment as of its writing, and rows ascend. So after a commit whose last
///   act with a number was an append, the newest row of all carries its moment: only rows of earlier commits are ever
///   deleted in the same transaction, since housekeeping moves none that is younger than the last commit.
/// - Any other commit that changes something writes ``CommitRow``. That is also what a later commit does that deletes
///   or wipes the newest row: it has a moment of its own, so the earlier one is no longer needed.
///
/// So the newest of these is the moment that was recovered, and none of them is ever of the future: all of them ride
/// in the transaction that they speak of.
struct Moment: Sendable, Equatable {
    /// Counts what was given out: each record as many as the most numbers it took in one queue or conversation, which
    /// is nearly always one; each number of a ``SequenceRow`` one; each commit without any of these one. So between two
    /// moments no counter of the store has moved by more than the difference.
    var number: UInt64 = 0
    /// Differs between two histories, also where their numbers do not.
    var chain: UInt64 = 0

    /// The upper half of the chain, which stays the same from one loss that was accepted to the next, and is another in
    /// every store.
    var history: UInt32 { UInt32(chain >> 32) }

    /// The same history, with another lower half of the chain.
    func next(link: UInt64) -> Moment {
        Moment(number: number, chain: chain & ~UInt64(UInt32.max) | link & UInt64(UInt32.max))
    }
}
