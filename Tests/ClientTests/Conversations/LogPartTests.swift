import Testing
import Wire

@testable import Client

@Suite("A part of a log, held against what was asked for") struct LogPartTests {
    private let town = ConversationID.random()
    private let other = ConversationID.random()

    private func page(_ seqs: [UInt64], head: UInt64, next: UInt64? = nil, of town: ConversationID? = nil) -> LogPage {
        let items = seqs.map { (seq) in
            var entry = LogEntry.sample
            entry.conversation = town ?? self.town
            entry.seq = SequenceNumber(seq)
            return entry
        }
        return LogPage(items: items, head: SequenceNumber(head), next: next.map { SequenceNumber($0) })
    }

    @Test("each place covers what its page says everything of")
    func covered() throws {
        let far = SequenceNumber.passedOverMin + 8
        let cases: [(LogPage, LogPart.Place, ClosedRange<UInt64>?)] = [
            (page([5, 6, 7], head: 7, next: 5), .newest, 5...7), (page([1, 2], head: 2), .newest, 1...2),
            (page([], head: 0), .newest, nil), (page([3, 4], head: 9, next: 3), .before(5), 3...4),
            (page([1, 2, 3], head: 9), .before(4), 1...3), (page([5, 6], head: 9, next: 6), .after(4), 5...6),
            (page([5, 6, 7], head: 7), .after(4), 5...7), (page([], head: 9), .after(9), nil),
            (page([4, 5, 6], head: 9), .around(5), 4...6), (page([], head: 9), .around(5), nil),
            (page([3, 4], head: 4, next: 3), .before(9), 3...4),
            (page([3, 4], head: 4), .around(5), 3...4), (page([4], head: 4), .around(9), 4...4),
            // What was passed over after a loss: between two, at the end, and with nothing behind it.
            (page([7, far], head: far, next: 7), .newest, 7...far), (page([5], head: far), .after(4), 5...far),
            (page([], head: far), .after(5), 6...far), (page([far], head: far, next: far), .before(far + 1), far...far),
            (page([7, far], head: far), .around(far), 7...far),
        ]
        for (page, place, covered) in cases {
            let part = try LogPart(page, of: town, place, limit: 3)
            #expect(part.covered == covered, "\(place) \(page.items.map(\.seq))")
        }
    }

    @Test("entries of another conversation, out of order, from elsewhere, beyond the head or left out are no part")
    func lies() {
        let lies: [(LogPage, LogPart.Place)] = [
            (page([5], head: 7, of: other), .after(4)), (page([6, 5], head: 7), .after(4)),
            (page([5, 5], head: 7), .after(4)), (page([4], head: 7), .after(4)), (page([8], head: 7), .after(4)),
            (page([5], head: 7, next: 4), .after(4)), (page([5], head: 7, next: 8), .after(4)),
            (page([], head: 7, next: 6), .after(4)), (page([5, 6], head: 7, next: 5), .after(4)),
            (page([5], head: 7), .before(5)), (page([3], head: 7, next: 4), .before(5)),
            (page([], head: 7, next: 3), .before(5)), (page([2], head: 1), .newest), (page([0], head: 3), .newest),
            (page([1], head: 3, next: 2), .newest), (page([5], head: 5, next: 0), .newest),
            (page([3], head: 1 << 62), .newest), (page([6, 8], head: 7), .around(7)),
            (page([1, 2], head: 9), .around(7)), (page([8, 9], head: 9), .around(3)),
            (page([1, 2, 3, 4], head: 9), .newest), (page([.max], head: 9), .around(5)),
            (page([1, .max], head: .max), .around(5)), (page([5], head: 9, next: .max), .after(4)),
            // Left out: in the middle, at both ends, and all of it.
            (page([5, 7], head: 7, next: 5), .newest), (page([5, 7], head: 7), .after(4)),
            (page([4, 6], head: 9), .around(4)), (page([2], head: 2), .newest), (page([1], head: 2), .newest),
            (page([1, 2], head: 9), .before(4)), (page([6], head: 6), .after(4)), (page([5], head: 6), .after(4)),
            (page([], head: 5), .after(4)), (page([], head: 5), .newest),
            (page([5, 4 + SequenceNumber.passedOverMin], head: 9 + SequenceNumber.passedOverMin), .around(5)),
        ]
        for (page, place) in lies {
            #expect(throws: ClientError.unexpectedAnswer(status: 200), "\(place) \(page)") {
                try LogPart(page, of: town, place, limit: 3)
            }
        }
    }
}
