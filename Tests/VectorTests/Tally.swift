import Testing

/// What was run of one file of vectors: a line of the table that `make vectors` prints.
struct Tally {
    let file: String
    private var counts: [Wycheproof.Expectation: Int] = [:]
    private var skipped: [String: Int] = [:]

    init(_ file: String) { self.file = file }

    /// Cases run.
    var caseCount: Int { counts.values.reduce(0, +) }

    mutating func count(_ expectation: Wycheproof.Expectation, _ cases: Int = 1) {
        counts[expectation, default: 0] += cases
    }

    /// One case that was not run, and why.
    mutating func skip(_ reason: String) { skipped[reason, default: 0] += 1 }

    /// Prints the line. A file of which nothing was run fails.
    func printed(_ note: String = "") {
        #expect(caseCount > 0, "\(file) has cases that run")
        print("vectors | \(Self.row(file, counts)) | \(note)\(skips)")
    }

    private var skips: String {
        skipped.sorted { $0.key < $1.key }.map { "\($0.value) not run: \($0.key)" }.joined(separator: "; ")
    }

    private static func row(_ file: String, _ counts: [Wycheproof.Expectation: Int]) -> String {
        let numbers = [
            counts.values.reduce(0, +), counts[.valid, default: 0], counts[.invalid, default: 0],
            counts[.acceptable, default: 0],
        ]
        return "\(file) | " + numbers.map(String.init).joined(separator: " | ")
    }
}
