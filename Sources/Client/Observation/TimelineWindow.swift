/// The part of a chat that somebody looks at: neighbouring lines, which grow to both sides on demand.
///
/// Belongs to the owner. Holds ``ClientLimits/timelineLinesMax`` lines at most: what grows at one end beyond
/// that lets go at the other.
struct TimelineWindow {
    let chat: ChatID
    /// By their numbers, ascending.
    private(set) var lines: [Line]
    /// Whether the chat may have lines before the first.
    private(set) var hasOlder: Bool
    /// Whether the chat has lines behind the last. While it has none, what is new joins.
    private(set) var hasNewer: Bool

    init(_ chat: ChatID, lines: [Line], hasOlder: Bool, hasNewer: Bool) {
        self.chat = chat
        self.lines = lines
        self.hasOlder = hasOlder
        self.hasNewer = hasNewer
    }

    /// Lines before the first, ascending.
    mutating func grow(older page: [Line], hasOlder: Bool) {
        lines = page + lines
        self.hasOlder = hasOlder
        guard lines.count > ClientLimits.timelineLinesMax else { return }
        lines.removeLast(lines.count - ClientLimits.timelineLinesMax)
        hasNewer = true
    }

    /// Lines behind the last, ascending.
    mutating func grow(newer page: [Line], hasNewer: Bool) {
        lines += page
        self.hasNewer = hasNewer
        guard lines.count > ClientLimits.timelineLinesMax else { return }
        lines.removeFirst(lines.count - ClientLimits.timelineLinesMax)
        hasOlder = true
    }

    /// What has become of the line with a number: changed, new, or gone.
    /// - Parameter bound: the numbers around it between which there is no hole: what is beyond one is behind the
    ///   window.
    mutating func set(_ line: Line?, number: UInt64, within bound: ClosedRange<UInt64>) {
        let index = lines.partitioningIndex { $0.number >= number }
        let isThere = index < lines.count && lines[index].number == number
        guard let line else {
            if isThere { lines.remove(at: index) }
            return
        }
        if isThere {
            lines[index] = line
        } else if index == lines.count {
            guard !hasNewer else { return }
            guard let last = lines.last else {
                hasOlder = hasOlder || bound.lowerBound > 1
                lines = [line]
                return
            }
            if bound.contains(last.number) { grow(newer: [line], hasNewer: false) } else { hasNewer = true }
        } else if index > 0 || !hasOlder {
            lines.insert(line, at: index)
        }
    }
}

extension Array {
    /// The first index whose element belongs to the second part, where the first part comes before it.
    fileprivate func partitioningIndex(_ belongsToSecond: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongsToSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
