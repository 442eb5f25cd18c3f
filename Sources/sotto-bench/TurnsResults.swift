/// What two programs did under one load, turn by turn.
struct TurnsResults {
    let load: TurnsLoad
    /// The figures of each turn in which both programs came to an end.
    var turns: [(old: [String: Double], new: [String: Double])] = []

    init(load: TurnsLoad) { self.load = load }

    /// One figure of both.
    struct Row: Equatable {
        let label: String
        let unit: String
        let old: Spread
        let new: Spread
        /// Of each turn, so that what slows a whole turn down falls out of it. `nil` where a turn has a zero.
        let ratio: Spread?
        /// Turns in which the new one was better, and in which it was worse.
        let betterCount: Int
        let worseCount: Int
    }

    /// A row for each figure that both programs told in every turn.
    var rows: [Row] {
        load.figures.compactMap { (figure) in
            let pairs = turns.compactMap { (turn) -> (old: Double, new: Double)? in
                guard let old = turn.old[figure.key], let new = turn.new[figure.key] else { return nil }
                return (old, new)
            }
            guard pairs.count == turns.count, let old = Spread(pairs.map(\.old)), let new = Spread(pairs.map(\.new))
            else { return nil }
            let ratios = pairs.contains { $0.old == 0 } ? [] : pairs.map { $0.new / $0.old }
            let higher = pairs.count { $0.new > $0.old }
            let lower = pairs.count { $0.new < $0.old }
            return Row(
                label: figure.label, unit: figure.unit, old: old, new: new, ratio: Spread(ratios),
                betterCount: figure.isBetterWhenHigher ? higher : lower,
                worseCount: figure.isBetterWhenHigher ? lower : higher)
        }
    }

    /// The share of the machine that others took, at its most: of a run, in percent.
    var otherLoadMax: Double? {
        turns.flatMap { [$0.old["otherLoad"], $0.new["otherLoad"]] }.compactMap(\.self).max()
    }

    static let tableHead = """
        | load | figure | old: median (range) | new: median (range) | new/old: median (range) | new is |
        |---|---|---|---|---|---|
        """

    /// Rows of a table in Markdown.
    var table: String {
        rows.map { (row) in
            let verdict = "better in \(row.betterCount), worse in \(row.worseCount) of \(turns.count)"
            return "| \(load.name) | \(row.label)\(row.unit.isEmpty ? "" : ", \(row.unit)") | \(row.old.text) "
                + "| \(row.new.text) | \(row.ratio.map(\.text) ?? "–") | \(verdict) |"
        }.joined(separator: "\n")
    }
}
