extension StoreCheck {
    /// What a check came to.
    public struct Outcome: Sendable {
        /// One line each, without content: a table, a key, and what is wrong. Not more than ``findingCountMax``.
        public private(set) var findings: [String] = []
        /// How many there were.
        public private(set) var findingCount = 0
        /// Rows that were looked at.
        public internal(set) var rowCount = 0

        /// Lines that are kept.
        public static let findingCountMax = 1_000

        /// Tables with rows that do not fit their digests.
        private var damagedTables: Set<String> = []
        /// The first line for each list of tables that do not agree with each other.
        private var disagreements: [[String]: String] = [:]

        /// The first thing that damage of single rows does not explain: what is there is not of one moment, or the
        /// file itself is damaged.
        var contradiction: String? {
            disagreements.filter { damagedTables.isDisjoint(with: $0.key) }.map(\.value).min()
        }

        /// Rows of a table do not fit their digests. Each stands alone.
        mutating func damage(_ table: String, _ text: String) {
            damagedTables.insert(table)
            add("\(table): \(text)")
        }

        /// Things that are sound by themselves do not fit each other.
        /// - Parameter tables: of which a damaged row would explain it.
        mutating func disagree(_ line: String, among tables: [String] = []) {
            if disagreements[tables] == nil { disagreements[tables] = line }
            add(line)
        }

        private mutating func add(_ line: String) {
            findingCount += 1
            if findings.count < Self.findingCountMax { findings.append(line) }
        }
    }
}
