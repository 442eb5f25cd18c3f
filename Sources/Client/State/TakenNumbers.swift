import Wire

/// Which numbers of this device's queue were taken: all of some stretches.
///
/// One stretch, where the server gives numbers without gaps; another behind each gap, such as envelopes that waited too
/// long leave, or a server that went on after a loss. Not only the last number: one false number, however high, would
/// then make known of all that honestly follows.
struct TakenNumbers: WireRecord, Equatable {
    /// First and last of each stretch, ascending; no two touch each other.
    private var bounds: [QueueNumber] = []

    init() {}

    init(fields: inout Fields<Self>) throws(WireError) {
        bounds = try fields.list("bounds", \.bounds, count: 0...2 * ClientLimits.takenStretchesMax)
        guard bounds.count.isMultiple(of: 2), zip(bounds, bounds.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw WireError(.outOfBounds("must be stretches, ascending"))
        }
    }

    private var stretches: [ClosedRange<UInt64>] {
        get {
            stride(from: 0, to: bounds.count, by: 2).map { bounds[$0].rawValue...bounds[$0 + 1].rawValue }
        }
        set { bounds = newValue.flatMap { [QueueNumber($0.lowerBound), QueueNumber($0.upperBound)] } }
    }

    /// The highest; `nil` where none was taken.
    var newest: QueueNumber? { bounds.last }

    func contains(_ number: QueueNumber) -> Bool { stretches.contains { $0.contains(number.rawValue) } }

    /// Of too many stretches the lowest is forgotten: the server has heard of it longest ago, and sends none of it
    /// again. What comes again all the same does not open twice.
    mutating func insert(_ number: QueueNumber) {
        guard !contains(number) else { return }
        var joined = number.rawValue...number.rawValue
        var others: [ClosedRange<UInt64>] = []
        for other in stretches {
            if other.upperBound < joined.lowerBound, joined.lowerBound - other.upperBound == 1 {
                joined = other.lowerBound...joined.upperBound
            } else if other.lowerBound > joined.upperBound, other.lowerBound - joined.upperBound == 1 {
                joined = joined.lowerBound...other.upperBound
            } else {
                others.append(other)
            }
        }
        // Not the one that was just taken.
        let kept = others.suffix(ClientLimits.takenStretchesMax - 1)
        stretches = (kept + [joined]).sorted { $0.lowerBound < $1.lowerBound }
    }

    /// Forgets what lies beyond the last number that was ever given: no envelope has had it.
    /// - Returns: whether there was any.
    mutating func forget(beyond end: QueueNumber) -> Bool {
        guard let newest, newest > end else { return false }
        stretches = stretches.compactMap { (stretch) in
            stretch.lowerBound <= end.rawValue ? stretch.lowerBound...min(stretch.upperBound, end.rawValue) : nil
        }
        return true
    }
}
