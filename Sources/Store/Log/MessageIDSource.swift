package import Wire

/// Hands out message ids: always greater than the last, and never one that another shard gives.
///
/// | bits | what |
/// |---|---|
/// | 63 | zero, so that it fits a signed integer |
/// | 62…21 | milliseconds since 1970, up to the year 2109 |
/// | 20…12 | counts within a millisecond |
/// | 11…0 | the shard |
///
/// The count and the milliseconds are one number: where a millisecond has no count left, or the clock stands still or
/// jumps back, it carries on into the next one.
package struct MessageIDSource: Sendable {
    package static let countBitCount: UInt64 = 9
    private static let shardBitCount = UInt64(Shard.bitCount)
    /// A clock beyond it is taken for it: 49 days before the end of the bits, and two trillion ids.
    package static let millisecondsMax: UInt64 = (1 << 42) - (1 << 32)

    /// In whose bits every id ends.
    package let shard: Shard
    /// The last id given, by whichever shard; 0 before the first.
    package private(set) var last: UInt64

    package init(in shard: Shard, after last: UInt64 = 0) {
        self.shard = shard
        self.last = last
    }

    /// The time in the id of a row of the log, as far as it may have been given: what is beyond is cut to the last.
    static func milliseconds(ofRow row: Int64) -> UInt64 {
        min(UInt64(max(0, row)) >> (shardBitCount + countBitCount), millisecondsMax)
    }

    /// Whether a row of the log may have this number, which is an id's.
    static func mayHaveGiven(_ row: Int64) -> Bool {
        row >= 0 && UInt64(row) >> (shardBitCount + countBitCount) <= millisecondsMax + 86_400_000
    }

    /// The next id: greater than every one before, whatever the clock says.
    package mutating func next(at time: Timestamp) -> MessageID {
        let moment = min(time.milliseconds, Self.millisecondsMax) << Self.countBitCount
        let number = max((last >> Self.shardBitCount) + 1, moment)
        precondition(number >> (63 - Self.shardBitCount) == 0, "there are no message ids any more")
        last = number << Self.shardBitCount | UInt64(shard.rawValue)
        return MessageID(last)
    }
}
