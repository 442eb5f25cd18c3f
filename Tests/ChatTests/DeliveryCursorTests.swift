import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct DeliveryCursorTests {
    private func number(_ value: UInt64) -> QueueNumber { QueueNumber(value) }

    @Test("an empty queue is caught up after one empty page")
    func empty() {
        var cursor = DeliveryCursor(last: number(0), head: number(0))
        #expect(cursor.start() == .read(after: number(0)))
        #expect(cursor.read(through: nil, isEnd: true) == .caughtUp(number(0)))
        #expect(cursor.offered(number(1)) == .write)
    }

    @Test("live envelopes in turn are written, older ones dropped, a gap is read")
    func live() {
        var cursor = DeliveryCursor(last: number(4), head: number(4))
        #expect(cursor.read(through: nil, isEnd: true) == .caughtUp(number(4)))
        #expect(cursor.offered(number(5)) == .write)
        #expect(cursor.offered(number(5)) == .ignore)
        #expect(cursor.offered(number(8)) == .read(after: number(5)))
        #expect(cursor.offered(number(9)) == .ignore)
        #expect(cursor.read(through: number(8), isEnd: false) == .read(after: number(8)))
        #expect(cursor.read(through: number(9), isEnd: false) == .caughtUp(number(9)))
        #expect(cursor.offered(number(10)) == .write)
    }

    @Test("an envelope that comes when the device does not keep up is read later, and nothing overtakes it")
    func behind() {
        var cursor = DeliveryCursor(last: number(4), head: number(4))
        #expect(cursor.read(through: nil, isEnd: true) == .caughtUp(number(4)))
        #expect(cursor.offered(number(5), isBehind: true) == .read(after: number(4)))
        #expect(cursor.offered(number(6)) == .ignore)
        #expect(cursor.offered(number(7), isBehind: true) == .ignore)
        #expect(cursor.read(through: number(7), isEnd: false) == .caughtUp(number(7)))
        #expect(cursor.offered(number(8)) == .write)
    }

    @Test("an empty page says nothing of what was committed after it was asked for")
    func emptyPageOfBefore() {
        var cursor = DeliveryCursor(last: number(0), head: number(0))
        #expect(cursor.start() == .read(after: number(0)))
        #expect(cursor.offered(number(1)) == .ignore)
        #expect(cursor.read(through: nil, isEnd: true) == .read(after: number(0)))
        #expect(cursor.read(through: number(1), isEnd: true) == .caughtUp(number(1)))

        // With numbers in front whose envelopes are gone: these are passed over, what came since is read.
        cursor = DeliveryCursor(last: number(2), head: number(5))
        #expect(cursor.start() == .read(after: number(2)))
        #expect(cursor.offered(number(6)) == .ignore)
        #expect(cursor.offered(number(7)) == .ignore)
        #expect(cursor.read(through: nil, isEnd: true) == .read(after: number(5)))
        #expect(cursor.offered(number(8)) == .ignore)
        #expect(cursor.read(through: number(7), isEnd: true) == .read(after: number(7)))
        #expect(cursor.read(through: number(8), isEnd: true) == .caughtUp(number(8)))
        #expect(cursor.offered(number(9)) == .write)
    }

    @Test("numbers whose envelopes are gone do not hold up what follows")
    func holes() {
        var cursor = DeliveryCursor(last: number(0), head: number(10))
        #expect(cursor.start() == .read(after: number(0)))
        #expect(cursor.read(through: number(3), isEnd: false) == .read(after: number(3)))
        #expect(cursor.read(through: nil, isEnd: true) == .caughtUp(number(10)))
        #expect(cursor.offered(number(11)) == .write)
    }

    @Test("whatever comes in whatever order, every stored envelope is written once and in order", arguments: 0..<200)
    func anyOrder(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var stored: [UInt64] = (1...UInt64.random(in: 1...20, using: &random)).map { $0 }
        var cursor = DeliveryCursor(last: number(0), head: number(stored.last ?? 0))
        var written: [UInt64] = []
        var reading: QueueNumber? = number(0)
        var hints: [UInt64] = []
        for _ in 0..<200 {
            let action: DeliveryCursor.Action
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                stored.append((stored.last ?? 0) + 1)
                hints.append(stored.last ?? 0)
                continue
            case 1 where !hints.isEmpty:
                // Hints may be lost, doubled or late.
                let index = Int.random(in: 0..<hints.count, using: &random)
                let hint = Bool.random(using: &random) ? hints[index] : hints.remove(at: index)
                action = cursor.offered(number(hint))
                if action == .write { written.append(hint) }
            default:
                guard let after = reading else { continue }
                reading = nil
                let page = stored.filter { $0 > after.rawValue }.prefix(Int.random(in: 1...4, using: &random))
                written += page
                action = cursor.read(through: page.last.map(number), isEnd: page.isEmpty)
            }
            if case .read(let after) = action {
                #expect(reading == nil, "two reads at once; seed \(seed)")
                reading = after
            }
        }
        #expect(written == Array(stored.prefix(written.count)), "seed \(seed)")
    }
}
