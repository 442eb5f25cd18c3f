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

    /// From where to where it reaches, by numbers: what is between and not in ``lines`` is gone. It reaches as far when
    /// its first or last line is gone, or all of them. What waits to be posted is behind it.
    private(set) var start: UInt64
    private(set) var end: UInt64
    /// It was at the newest, and there is a hole between that and what came.
    private(set) var isBehindHole = false

    /// - Parameter head: the last number of the log that is here: where every line waits, the window begins behind it.
    init(_ chat: ChatID, lines: [Line], hasOlder: Bool, hasNewer: Bool, head: UInt64 = 0) {
        self.chat = chat
        self.lines = lines
        self.hasOlder = hasOlder
        self.hasNewer = hasNewer
        let first = lines.first { $0.number.rawValue < LinePlace.firstWaiting }?.number.rawValue
        start = hasOlder ? first ?? head + 1 : 0
        end = Self.end(of: lines) ?? head
    }

    private static func end(of lines: [Line]) -> UInt64? {
        lines.last { $0.number.rawValue < LinePlace.firstWaiting }?.number.rawValue
    }

    /// Lines before the first, ascending.
    mutating func grow(older page: [Line], hasOlder: Bool) {
        lines = page + lines
        self.hasOlder = hasOlder
        start = hasOlder ? page.first?.number.rawValue ?? start : 0
        guard lines.count > ClientLimits.timelineLinesMax else { return }
        lines.removeLast(lines.count - ClientLimits.timelineLinesMax)
        hasNewer = true
        end = Self.end(of: lines) ?? end
    }

    /// Lines behind the last, ascending.
    mutating func grow(newer page: [Line], hasNewer: Bool) {
        lines += page
        self.hasNewer = hasNewer
        isBehindHole = false
        end = Self.end(of: page) ?? end
        letGoOfOldest()
    }

    private mutating func letGoOfOldest() {
        guard lines.count > ClientLimits.timelineLinesMax else { return }
        lines.removeFirst(lines.count - ClientLimits.timelineLinesMax)
        hasOlder = true
        start = lines.first?.number.rawValue ?? start
    }

    /// What has become of the line with a number: changed, new, or gone.
    /// - Parameter bound: the numbers around it between which there is no hole: what is beyond one is behind the
    ///   window.
    mutating func set(_ line: Line?, number: UInt64, within bound: ClosedRange<UInt64>) {
        let index = lines.partitioningIndex { $0.number.rawValue >= number }
        let isThere = index < lines.count && lines[index].number.rawValue == number
        guard let line else {
            if isThere { lines.remove(at: index) }
            return
        }
        if isThere {
            lines[index] = line
        } else if number > end {
            guard !hasNewer else { return }
            if lines.isEmpty, bound.lowerBound > 1 { (hasOlder, start) = (true, max(start, number)) }
            guard end == 0 || bound.contains(end) else {
                // What waits to be posted is behind the hole as well.
                (hasNewer, isBehindHole) = (true, true)
                lines.removeAll { $0.number.rawValue >= LinePlace.firstWaiting }
                return
            }
            lines.insert(line, at: index)
            if number < LinePlace.firstWaiting { (start, end) = (min(start, number), number) }
            letGoOfOldest()
        } else if number >= start {
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
