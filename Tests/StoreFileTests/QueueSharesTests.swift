import SQLite
import TestKit
import Testing
import Wire

@testable import Store

/// Mirrors `QueueShares`, `QueueWeights`, `Tables+shares`.
@Suite("Shares of a queue") struct QueueSharesTests {
    private let owner = account(1)

    private static func account(_ number: UInt64) -> AccountID { AccountID(bytes: SixteenBytes(high: 5, low: number)) }

    /// Takes all that a sender may have, in bodies of one size.
    /// - Returns: how many, and why no more.
    private func fill(
        _ shares: inout QueueShares, from sender: AccountID?, bodyByteCount: Int
    ) -> (count: Int, refusal: QueueRefusal?) {
        let weight = QueueWeight(of: bodyByteCount, from: sender)
        var count = 0
        while count <= QueueShares.room.count {
            if let refusal = shares.refusal(of: weight) { return (count, refusal) }
            shares.add(QueueLoad(weight), of: weight.sender)
            count += 1
        }
        return (count, nil)
    }

    @Test("fifty strangers who take all they may leave a friend at least the floor", arguments: [1, 700, 20_000])
    func strangers(bodyByteCount: Int) {
        var shares = QueueShares(of: owner)
        for stranger in UInt64(2)...51 {
            let (count, refusal) = fill(&shares, from: Self.account(stranger), bodyByteCount: bodyByteCount)
            #expect(count > 0 && refusal == .sender)
        }
        #expect(shares.others.fits(QueueShares.room))
        let friend = fill(&shares, from: Self.account(99), bodyByteCount: bodyByteCount)
        let floor = QueueShares.floor
        let most = min(floor.count, floor.byteCount / (bodyByteCount + QueueWeight.overheadByteCount))
        #expect(friend.count >= most && most > 0)
    }

    @Test("no number of strangers takes room from who knows the token, nor from the account's own devices")
    func rooms() {
        var shares = QueueShares(of: owner)
        var stranger: UInt64 = 2
        while shares.refusal(of: QueueWeight(of: 500_000, from: Self.account(stranger))) != .senders {
            let (count, refusal) = fill(&shares, from: Self.account(stranger), bodyByteCount: 12_000)
            guard count > 0, refusal != .senders else { break }
            stranger += 1
        }
        #expect(stranger > 500, "\(stranger) accounts fill the room")
        for (sender, refusal) in [(nil, QueueRefusal.sealed), (owner, .own)] {
            let filled = fill(&shares, from: sender, bodyByteCount: 12_000)
            #expect(filled.refusal == refusal)
            #expect(filled.count == QueueShares.room.byteCount / (12_000 + QueueWeight.overheadByteCount))
        }
    }

    @Test("one sender alone has a ninth of what is shared out, by count and by bytes")
    func alone() {
        var shares = QueueShares(of: owner)
        #expect(fill(&shares, from: Self.account(2), bodyByteCount: 0).count == QueueShares.ample.count)
        shares = QueueShares(of: owner)
        let large = fill(&shares, from: Self.account(2), bodyByteCount: Limits.sealedBodyByteCountMax)
        #expect((20...21).contains(large.count))
        // Whoever may not have more may again what went.
        let weight = QueueWeight(of: Limits.sealedBodyByteCountMax, from: Self.account(2))
        shares.remove(QueueLoad(weight), of: weight.sender)
        #expect(shares.refusal(of: weight) == nil)
    }

    @Test("nobody has more than a share while what waits in all is ample, so nobody needs to count")
    func ample() {
        var shares = QueueShares(of: owner)
        let weight = QueueWeight(of: 0, from: Self.account(2))
        for _ in 0..<QueueShares.ample.count {
            #expect(shares.refusal(of: weight) == nil)
            shares.add(QueueLoad(weight), of: weight.sender)
        }
        #expect(shares.refusal(of: weight) == .sender)
    }

    @Test("two accounts whose ids agree in all but one bit are two, and none is taken for who sent sealed")
    func twins() {
        let id = SixteenBytes(high: 7, low: 9)
        for other in [SixteenBytes(high: 6, low: 9), SixteenBytes(high: 7, low: 8)] {
            #expect(QueueSender(AccountID(bytes: other)) != QueueSender(AccountID(bytes: id)))
        }
        #expect(QueueSender(AccountID(bytes: SixteenBytes(high: 0, low: 0))) != .sealed)
    }

    @Test("weights stand for rows one by one, however rows come and go", arguments: [UInt64(7), 8, 9])
    func weights(seed: UInt64) {
        var dice = SplitMix(seed: seed)
        let queue = QueueTail(
            address: DeviceAddress(account: owner, device: DeviceID(1)), handle: 1, head: 0, delivered: 0)
        var waiting: [(number: UInt64, row: Int64, byteCount: UInt32)] = []
        var row: Int64 = 0
        for _ in 0..<2_000 {
            switch dice.next(below: 6) {
            case 0:
                queue.delivered = min(queue.head, queue.delivered + dice.next(below: 20))
                queue.removeDelivered()
            case 1:
                queue.remove(rowsThrough: row - Int64(dice.next(below: 20)))
            case 2 where queue.rows.count > 0 && waiting.last?.row == row:
                queue.undoAppend()
                waiting.removeLast()
                queue.head -= 1
            default:
                row += 1
                // Now and then numbers are left out, whose rows were damaged.
                queue.head += waiting.isEmpty || dice.next(below: 10) > 0 ? 1 : 3
                let byteCount = UInt32(1 + dice.next(below: 1_000))
                queue.append(queue.head, row, QueueWeight(sender: .sealed, byteCount: byteCount))
                waiting.append((queue.head, row, byteCount))
            }
            waiting.removeAll { $0.number < queue.firstInMemory }
            #expect(queue.weights.count == queue.rows.count, "seed \(seed)")
            #expect(queue.weights.byteCount == waiting.reduce(0) { $0 + Int($1.byteCount) }, "seed \(seed)")
            var seen: [UInt32] = []
            queue.forEachWeight(above: queue.delivered, through: queue.head) {
                if $0.byteCount > 0 { seen.append($0.byteCount) }
            }
            #expect(seen == waiting.filter { $0.number > queue.delivered }.map(\.byteCount), "seed \(seed)")
        }
    }

    @Test("what is counted while messages come and go is what the queue holds", arguments: [UInt64(1), 2, 3])
    func counted(seed: UInt64) async throws {
        var dice = SplitMix(seed: seed)
        let folder = try TestFolder()
        var configuration = StoreConfiguration()
        configuration.flushRowCount = 16
        configuration.idleMilliseconds = 1
        configuration.idleFlushSpacingMilliseconds = 0
        configuration.cachedRowCount = 2
        var store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare()
        var client: UInt64 = 0
        for step in 0..<400 {
            let pick = dice.next(below: 10)
            let from: DeviceAddress? = pick == 0 ? nil : pick < 5 ? Sample.recipient : Sample.sender
            client += 1
            let draft = EnvelopeDraft(
                time: Sample.start, sender: from, clientID: Sample.client(client), kind: .message, isUrgent: false,
                conversation: nil,
                copies: [.init(
                    recipient: Sample.recipient,
                    body: [UInt8](repeating: 2, count: Int(dice.next(below: 300))))])
            let trims = step > 30 && dice.next(below: 8) == 0
            let (back, fails) = (dice.next(below: 300), dice.next(below: 6) == 0)
            _ = try? await store.write { (tables) throws(Problem) in
                // As a send does when much is waiting.
                try tables.answer { () throws(SQLiteError) in
                    if let queue = try tables.queue(of: Sample.recipient) { _ = try tables.shares(of: queue) }
                }
                let head = try tables.append(draft).numbers[0].rawValue
                if trims {
                    try tables.trimQueue(of: Sample.recipient, through: QueueNumber(head - min(head, 20 + back)))
                }
                if fails { throw Problem(.malformed, "undone") }
            }
            if step == 200 {
                await store.close()
                store = try Store.open(folder: folder.path, configuration: configuration)
            }
            let agrees = try await store.write { (tables) throws(Problem) -> Bool in
                try tables.answer { () throws(SQLiteError) in
                    guard let queue = try tables.queue(of: Sample.recipient), let kept = queue.shares else {
                        return true
                    }
                    queue.shares = nil
                    return try tables.shares(of: queue) == kept
                }
            }
            #expect(agrees, "seed \(seed), step \(step)")
        }
        await store.close()
    }
}

extension SplitMix {
    fileprivate mutating func next(below end: UInt64) -> UInt64 { next() % end }
}
