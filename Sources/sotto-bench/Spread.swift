/// Several runs of one figure: the middle of them, and how far they lie apart.
struct Spread: Equatable {
    let median: Double
    let least: Double
    let most: Double

    /// - Returns: `nil` for no values.
    init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        let middle = sorted.count / 2
        median = sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
        (least, most) = (first, last)
    }

    /// `median (least–most)`.
    var text: String {
        "\(Measurement.number(median)) (\(Measurement.number(least))–\(Measurement.number(most)))"
    }
}
