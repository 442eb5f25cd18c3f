/// Counts durations in buckets of 1/64 of their size, so that a quantile is right to 1.6 %.
struct Histogram {
    private static let stepBits = 6
    private var counts = [UInt64](repeating: 0, count: 64 << Histogram.stepBits)
    private(set) var count: UInt64 = 0
    private(set) var max: UInt64 = 0

    mutating func add(_ nanoseconds: UInt64) {
        counts[Self.bucket(nanoseconds)] &+= 1
        count &+= 1
        if nanoseconds > max { max = nanoseconds }
    }

    mutating func reset() { self = Histogram() }

    /// The duration that `share` of all stay within, in microseconds; zero when there are none.
    func microseconds(at share: Double) -> Double {
        guard count > 0 else { return 0 }
        let rank = UInt64((Double(count) * share).rounded(.up))
        var seen: UInt64 = 0
        for (index, amount) in counts.enumerated() {
            seen += amount
            if seen >= Swift.max(rank, 1) { return Double(Swift.min(Self.upperBound(index), max)) / 1000 }
        }
        return Double(max) / 1000
    }

    /// Small values have a bucket each; above, the leading seven bits choose it.
    private static func bucket(_ value: UInt64) -> Int {
        let width = 64 - value.leadingZeroBitCount
        guard width > stepBits + 1 else { return Int(value) }
        let shift = width - stepBits - 1
        return (shift << stepBits) + Int(value >> UInt64(shift))
    }

    private static func upperBound(_ bucket: Int) -> UInt64 {
        let shift = (bucket >> stepBits) - 1
        guard shift > 0 else { return UInt64(bucket) }
        let leading = UInt64(bucket - (shift << stepBits)) + 1
        return (leading << UInt64(shift)) - 1
    }
}
