/// What was entered before, for the arrows: the last hundred, in memory alone.
struct InputHistory: Equatable, Sendable {
    private static let countMax = 100
    /// Of all entries together.
    private static let byteCountMax = 1 << 20

    private var entries: [String] = []
    /// Which of them is shown; `nil` while something new is written.
    private var index: Int?
    /// What was being written when somebody went back.
    private var draft = ""

    mutating func add(_ entry: String) {
        index = nil
        guard entries.last != entry else { return }
        entries.append(entry)
        while entries.count > Self.countMax || entries.reduce(0, { $0 + $1.utf8.count }) > Self.byteCountMax {
            entries.removeFirst()
        }
    }

    /// The entry before; `nil` where there is none.
    /// - Parameter text: what is in the editor now.
    mutating func older(than text: String) -> String? {
        let next = (index ?? entries.count) - 1
        guard entries.indices.contains(next) else { return nil }
        if index == nil { draft = text }
        index = next
        return entries[next]
    }

    /// The entry after, and behind the last what was being written.
    mutating func newer() -> String? {
        guard let index else { return nil }
        guard index + 1 < entries.count else {
            self.index = nil
            return draft
        }
        self.index = index + 1
        return entries[index + 1]
    }
}
