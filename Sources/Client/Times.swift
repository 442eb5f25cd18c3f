public import Wire

extension Timestamp {
    /// To the millisecond; before 1970 as 1970.
    public init(_ date: Date) {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        self.init(milliseconds: milliseconds > 0 ? UInt64(min(milliseconds, Double(Self.millisecondsMax))) : 0)
    }

    /// The same moment.
    public var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

extension Duration {
    /// Whole seconds; none of what is negative.
    var wholeSeconds: UInt64 { UInt64(max(components.seconds, 0)) }
}
