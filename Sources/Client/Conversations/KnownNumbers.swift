import Wire

/// Which numbers of a log are kept here: all of some stretches. What lies between them is a hole.
struct KnownNumbers: WireRecord, Equatable {
    /// First and last of each stretch, ascending; no two touch each other.
    private var bounds: [SequenceNumber] = []
    /// Kinds of entries that the program knew which has kept them.
    private var kindCount = KnownNumbers.kindsHere

    /// A version that widens the bounds of a kind adds to it as well, and so reads what the older one could not.
    private static let kindsHere = UInt64(ConversationEvent.cases.count)

    init() {}

    init(fields: inout Fields<Self>) throws(WireError) {
        bounds = try fields.list("bounds", \.bounds, count: 0...2 * ClientLimits.stretchesMax)
        kindCount = try fields.number("kinds", \.kindCount)
        guard bounds.count.isMultiple(of: 2), zip(bounds, bounds.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw WireError(.outOfBounds("must be stretches, ascending"))
        }
        // A program that knew fewer kinds has passed over what this one shows: it is asked for anew.
        if kindCount < Self.kindsHere { self = KnownNumbers() }
    }

    private var stretches: [ClosedRange<UInt64>] {
        stride(from: 0, to: bounds.count, by: 2).map { bounds[$0].rawValue...bounds[$0 + 1].rawValue }
    }

    /// The last stretch.
    var newest: ClosedRange<UInt64>? {
        guard let last = bounds.last else { return nil }
        return bounds[bounds.count - 2].rawValue...last.rawValue
    }

    /// The stretch that a number is in.
    func stretch(around number: UInt64) -> ClosedRange<UInt64>? { stretches.first { $0.contains(number) } }

    /// How far one gets from a number without meeting a hole.
    func end(after number: UInt64) -> UInt64 { max(number, stretch(around: number + 1)?.upperBound ?? 0) }

    /// Forgets what is behind a number.
    mutating func forget(behind number: UInt64) {
        bounds = stretches.filter { $0.lowerBound <= number }.flatMap {
            [SequenceNumber($0.lowerBound), SequenceNumber(min($0.upperBound, number))]
        }
    }

    /// Adds a stretch; what it touches becomes one with it. Of too many the lowest is forgotten, and asked for again.
    mutating func insert(_ range: ClosedRange<UInt64>) {
        var joined = range
        var others: [ClosedRange<UInt64>] = []
        for other in stretches {
            if other.upperBound + 1 < range.lowerBound || other.lowerBound > range.upperBound + 1 {
                others.append(other)
            } else {
                joined = min(other.lowerBound, joined.lowerBound)...max(other.upperBound, joined.upperBound)
            }
        }
        // Not the one that was just asked for.
        let kept = others.suffix(ClientLimits.stretchesMax - 1)
        let all = (kept + [joined]).sorted { $0.lowerBound < $1.lowerBound }
        bounds = all.flatMap { [SequenceNumber($0.lowerBound), SequenceNumber($0.upperBound)] }
    }
}
