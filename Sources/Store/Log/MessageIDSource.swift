package import Wire

/// Hands out message ids: the milliseconds of acceptance above 20 bits that count, and always more than the last.
///
/// | bits | what |
/// |---|---|
/// | 63 | zero, so that it fits a signed integer |
/// | 62…20 | milliseconds since 1970, up to the year 2248 |
/// | 19…0 | counts within a millisecond, and carries on when the clock stands still or jumps back |
package struct MessageIDSource: Sendable {
    package static let counterBits: UInt64 = 20
    private static let millisecondsMax: UInt64 = 1 << 43 - 1

    /// The last id given.
    package private(set) var last: UInt64

    package init(after last: UInt64 = 0) {
        self.last = last
    }

    /// The next id: greater than every one before, whatever the clock says.
    package mutating func next(at time: Timestamp) -> MessageID {
        last = max(last + 1, min(time.milliseconds, Self.millisecondsMax) << Self.counterBits)
        return MessageID(last)
    }
}
