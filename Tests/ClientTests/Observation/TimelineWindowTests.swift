import Testing
import Wire

@testable import Client

@Suite("A window of a chat")
struct TimelineWindowTests {
    private let chat = ChatID.person(.sample)

    private func line(_ number: UInt64, _ text: String = "") -> Line {
        var stored = StoredLine(author: .sample, device: .sample)
        stored.text = text
        return Line(stored, at: LinePlace(chat, number), own: .sample)
    }

    private func window(
        _ numbers: ClosedRange<UInt64>, hasOlder: Bool = false, hasNewer: Bool = false
    ) -> TimelineWindow {
        TimelineWindow(chat, lines: numbers.map { line($0) }, hasOlder: hasOlder, hasNewer: hasNewer)
    }

    @Test("what is new joins at the end, unless there is more between")
    func joining() {
        var atEnd = window(3...5, hasOlder: true)
        atEnd.set(line(6), number: 6, within: 0...(.max))
        #expect(atEnd.lines.map(\.number) == [3, 4, 5, 6])
        var inside = window(3...5, hasOlder: true, hasNewer: true)
        inside.set(line(9), number: 9, within: 0...(.max))
        #expect(inside.lines.map(\.number) == [3, 4, 5] && inside.hasNewer)
        var empty = TimelineWindow(chat, lines: [], hasOlder: false, hasNewer: false)
        empty.set(line(1), number: 1, within: 0...(.max))
        #expect(empty.lines.map(\.number) == [1])
    }

    @Test("a line that changes, goes, or comes where one was is seen; what lies before the window is not")
    func changing() {
        var window = window(3...5, hasOlder: true)
        window.set(line(4, "anew"), number: 4, within: 0...(.max))
        #expect(window.lines.map(\.text) == ["", "anew", ""])
        window.set(nil, number: 4, within: 0...(.max))
        window.set(nil, number: 9, within: 0...(.max))
        #expect(window.lines.map(\.number) == [3, 5])
        window.set(line(4), number: 4, within: 0...(.max))
        #expect(window.lines.map(\.number) == [3, 4, 5])
        window.set(line(2), number: 2, within: 0...(.max))
        #expect(window.lines.map(\.number) == [3, 4, 5])
        var whole = self.window(3...5)
        whole.set(line(2), number: 2, within: 0...(.max))
        #expect(whole.lines.map(\.number) == [2, 3, 4, 5])
    }

    @Test("a window of which every line is gone reaches as far as before, in whatever order changes are told")
    func emptied() {
        var window = window(5...6, hasOlder: true)
        window.set(nil, number: 6, within: 0...(.max))
        window.set(nil, number: 5, within: 0...(.max))
        window.set(line(8), number: 8, within: 0...(.max))
        window.set(line(7), number: 7, within: 0...(.max))
        window.set(line(3), number: 3, within: 0...(.max))
        #expect(window.lines.map(\.number) == [7, 8])
        #expect(window.start == 5 && window.end == 8)
        var past = self.window(5...6, hasOlder: true, hasNewer: true)
        past.set(nil, number: 5, within: 0...(.max))
        past.set(nil, number: 6, within: 0...(.max))
        past.set(line(8), number: 8, within: 0...(.max))
        #expect(past.lines.isEmpty && past.start == 5 && past.end == 6)
    }

    @Test("a window of nothing but what waits begins behind the log as it was, and shows nothing older that changes")
    func onlyWaiting() {
        let waiting = LinePlace.firstWaiting + 1
        var window = TimelineWindow(chat, lines: [line(waiting)], hasOlder: true, hasNewer: false, head: 3)
        for number in [2, 3, 5, 6, 4] as [UInt64] { window.set(line(number), number: number, within: 1...(.max)) }
        #expect(window.lines.map(\.number.rawValue) == [4, 5, 6, waiting] && window.start == 4 && window.end == 6)
    }

    @Test("what is behind a hole is not shown as a neighbour, also where something waits to be posted")
    func holes() {
        let waiting = LinePlace.firstWaiting + 1
        var window = window(5...6)
        window.set(line(waiting), number: waiting, within: 5...(.max))
        window.set(line(7), number: 7, within: 5...(.max))
        #expect(window.lines.map(\.number) == [5, 6, 7, SequenceNumber(waiting)] && window.end == 7)
        window.set(nil, number: waiting, within: 5...(.max))
        window.set(line(9), number: 9, within: 9...(.max))
        #expect(window.lines.map(\.number) == [5, 6, 7] && window.hasNewer && window.isBehindHole)
        window.grow(newer: [line(8), line(9)], hasNewer: false)
        #expect(window.lines.map(\.number) == [5, 6, 7, 8, 9] && !window.hasNewer && !window.isBehindHole)
    }

    @Test("a window that grows beyond its bound lets go at the other end, and says so")
    func bounded() {
        let most = UInt64(ClientLimits.timelineLinesMax)
        var window = window(101...(100 + most), hasOlder: true)
        window.grow(older: (51...100).map { line($0) }, hasOlder: true)
        #expect(window.lines.count == Int(most) && window.lines.first?.number == 51 && window.hasNewer)
        window.grow(newer: ((51 + most)...(100 + most)).map { line($0) }, hasNewer: false)
        #expect(window.lines.first?.number == 101 && window.lines.last?.number.rawValue == 100 + most)
        #expect(window.hasOlder && !window.hasNewer)
        window.set(line(101 + most), number: 101 + most, within: 0...(.max))
        #expect(window.lines.count == Int(most) && window.lines.first?.number == 102)
    }

    @Test("an update names what was inserted, changed and removed since the snapshot before, by name")
    func updates() {
        func snapshot(_ lines: [Line]) -> Timeline.Snapshot { .init(lines: lines, hasOlder: false, hasNewer: false) }
        let first = snapshot([line(1), line(2), line(3)])
        let start = Timeline.Update(first, since: nil)
        #expect(start.inserted == first.lines.map(\.id) && start.changed.isEmpty && start.removed.isEmpty)
        let second = snapshot([line(2, "anew"), line(3), line(4)])
        let update = Timeline.Update(second, since: first)
        #expect(update.inserted == [line(4).id] && update.changed == [line(2).id] && update.removed == [line(1).id])
    }
}
