import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct SwitchboardTests {
    final class TestLine: DeviceLine {
        let loopIndex: Int
        let address: DeviceAddress

        init(loopIndex: Int, address: DeviceAddress) {
            self.loopIndex = loopIndex
            self.address = address
        }

        static func == (left: TestLine, right: TestLine) -> Bool { left === right }
        func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
    }

    /// A switchboard with two loops, and what was posted to each.
    final class Board: Sendable {
        let posted = Guarded<[[String]]>([[], []])
        let postCount = Guarded<Int>(0)

        func make() -> Switchboard<TestLine> {
            Switchboard(loopCount: 2) { (loopIndex, batch) in
                self.postCount.withLock { $0 += 1 }
                self.posted.withLock { $0[loopIndex] += batch.dispatches.map(Self.name) }
            }
        }

        private static func name(_ dispatch: Dispatch<TestLine>) -> String {
            switch dispatch {
            case .envelope(let envelope, _): "envelope \(envelope.number?.rawValue ?? 0)"
            case .entry(let entry, let lines): "entry \(entry.seq) to \(lines.count)"
            case .frame: "frame"
            case .close(let code, _): "close \(code.rawValue)"
            case .arrived: "arrived"
            }
        }
    }

    private static func line(_ loopIndex: Int, _ account: AccountID = .random(), _ device: UInt32 = 1) -> TestLine {
        TestLine(loopIndex: loopIndex, address: DeviceAddress(account: account, device: DeviceID(device)))
    }

    private static func arrival(_ conversations: [ConversationID] = [], next: ConversationID? = nil) -> Arrival {
        Arrival(
            queue: QueueState(head: QueueNumber(0), deliveredThrough: QueueNumber(0), count: 0),
            memberships: Memberships(conversations, next: next), oneTimePreKeyCount: 50)
    }

    private static func entry(_ conversation: ConversationID, _ seq: UInt64) -> LogEntry {
        var entry = LogEntry.sample
        entry.conversation = conversation
        entry.seq = SequenceNumber(seq)
        return entry
    }

    @Test("effects of a batch reach each loop in one post, in their order")
    func onePost() {
        let board = Board()
        let switchboard = board.make()
        let (near, far) = (Self.line(0), Self.line(1))
        let room = ConversationID.random()
        switchboard.connect(near, Self.arrival([room]))
        switchboard.connect(far, Self.arrival([room]))
        var envelope = Envelope.sample
        envelope.number = QueueNumber(4)
        switchboard.perform([
            .deliver(envelope, to: far.address), .announce(Self.entry(room, 1)), .announce(Self.entry(room, 2)),
        ])
        switchboard.flush()
        switchboard.flush()
        #expect(board.posted.withLock { $0[0] } == ["arrived", "entry 1 to 1", "entry 2 to 1"])
        #expect(board.posted.withLock { $0[1] } == ["arrived", "envelope 4", "entry 1 to 1", "entry 2 to 1"])
        #expect(board.postCount.withLock { $0 } == 2)
    }

    @Test("a second line of a device displaces the first, whose late goodbye does not remove the second")
    func displaced() {
        let board = Board()
        let switchboard = board.make()
        let account = AccountID.random()
        let (old, new) = (Self.line(0, account), Self.line(1, account))
        switchboard.connect(old, Self.arrival())
        switchboard.connect(new, Self.arrival())
        switchboard.disconnect(old)
        switchboard.perform([.deliver(.sample, to: new.address)])
        switchboard.flush()
        #expect(board.posted.withLock { $0[0] } == ["arrived", "close 4002"])
        #expect(board.posted.withLock { $0[1] } == ["arrived", "envelope 0"])
        #expect(switchboard.lineCount == 1)
    }

    @Test("who joins hears from then on, who leaves no more, on every device")
    func membership() {
        let board = Board()
        let switchboard = board.make()
        let account = AccountID.random()
        let room = ConversationID.random()
        let lines = [Self.line(0, account, 1), Self.line(0, account, 2)]
        for line in lines { switchboard.connect(line, Self.arrival()) }
        switchboard.perform([
            .announce(Self.entry(room, 1)), .joined(account, room), .joined(account, room),
            .announce(Self.entry(room, 2)), .left(account, room), .announce(Self.entry(room, 3)),
        ])
        switchboard.flush()
        #expect(board.posted.withLock { $0[0] } == ["arrived", "arrived", "entry 2 to 2"])
    }

    @Test("while its conversations are read, a line hears no envelope, and what its account joins and leaves counts")
    func arriving() {
        let board = Board()
        let switchboard = board.make()
        let line = Self.line(0)
        let (first, left, joined, again, last) = (
            ConversationID.random(), ConversationID.random(), ConversationID.random(), ConversationID.random(),
            ConversationID.random()
        )
        let account = line.address.account
        switchboard.connect(line, Self.arrival([first], next: first))
        switchboard.perform([
            .deliver(.sample, to: line.address), .notify(.sample, line.address), .left(account, left),
            .joined(account, joined), .left(account, again), .joined(account, again),
        ])
        // As they were in the store before any of that.
        #expect(switchboard.listen(line, to: Memberships([left, again], next: again)))
        #expect(switchboard.listen(line, to: Memberships([last])))
        switchboard.arrived(line, Self.arrival())
        #expect(!switchboard.listen(line, to: Memberships([left])), "it is not arriving any more")
        switchboard.arrived(line, Self.arrival())
        switchboard.perform(
            [first, left, joined, again, last].enumerated().map { .announce(Self.entry($1, UInt64($0))) }
                + [.deliver(.sample, to: line.address)])
        switchboard.flush()
        let expected = ["arrived", "arrived", "entry 0 to 1", "entry 2 to 1", "entry 3 to 1", "entry 4 to 1"]
        #expect(board.posted.withLock { $0[0] } == expected + ["envelope 0"])
    }

    @Test("a line that ends or is displaced while its conversations are read listens to nothing")
    func endsArriving() {
        let board = Board()
        let switchboard = board.make()
        let account = AccountID.random()
        let rooms = (0..<1_000).map { (_) in ConversationID.random() }
        let (old, new) = (Self.line(0, account), Self.line(1, account))
        for line in [old, new] { switchboard.connect(line, Self.arrival(next: rooms[0])) }
        #expect(!switchboard.listen(old, to: Memberships(rooms)))
        #expect(switchboard.listen(new, to: Memberships(rooms)))
        switchboard.disconnect(new)
        #expect(!switchboard.listen(new, to: Memberships(rooms)))
        switchboard.arrived(new, Self.arrival())
        switchboard.perform(rooms.map { .announce(Self.entry($0, 1)) })
        switchboard.flush()
        #expect(board.posted.withLock { $0 } == [["arrived", "close 4002"], ["arrived"]])
        #expect(switchboard.lineCount == 0)
    }

    @Test("whoever goes, in whatever order, the others go on hearing each entry once")
    func anyOrder() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        for _ in 0..<50 {
            let heard = Guarded<[TestLine]>([])
            let switchboard = Switchboard<TestLine>(loopCount: 2) { (_, batch) in
                for case .entry(_, let lines) in batch.dispatches { heard.withLock { $0 += lines } }
            }
            let rooms = (0..<4).map { (_) in ConversationID.random() }
            var lines = (0..<20).map { (number) in Self.line(number % 2) }
            for line in lines { switchboard.connect(line, Self.arrival(rooms)) }
            lines.shuffle(using: &random)
            while let line = lines.popLast() {
                if lines.count % 3 == 0 {
                    switchboard.perform(rooms.map { .left(line.address.account, $0) })
                } else {
                    switchboard.disconnect(line)
                }
                heard.withLock { $0 = [] }
                switchboard.perform(rooms.map { .announce(Self.entry($0, 1)) })
                switchboard.flush()
                let times = heard.withLock { Dictionary(grouping: $0) { $0 }.mapValues(\.count) }
                #expect(times == Dictionary(uniqueKeysWithValues: lines.map { ($0, 4) }), "seed \(seed)")
            }
        }
    }

    @Test("what a loop has not read counts, and above the bound nothing of the moment is added")
    func bound() {
        let unread = Guarded<[DispatchBatch<TestLine>]>([])
        let switchboard = Switchboard<TestLine>(loopCount: 2) { (_, batch) in unread.withLock { $0.append(batch) } }
        let (near, far) = (Self.line(0), Self.line(1))
        for line in [near, far] { switchboard.connect(line, Self.arrival()) }
        var envelope = Envelope.sample
        envelope.body = [UInt8](repeating: 1, count: 1 << 20)
        for _ in 0..<DispatchRoom.unreadByteCountMax >> 20 {
            #expect(!switchboard.isFull)
            switchboard.perform([.deliver(envelope, to: near.address)])
            switchboard.flush()
        }
        #expect(switchboard.isFull)
        let count = unread.withLock(\.count)
        let copy = DeviceCopy(device: DeviceID(1), registrationID: .sample, body: [1])
        let request = SendRequest(clientID: .random(), copies: [copy], isEphemeral: true)
        for line in [near, far] {
            switchboard.pass(Passing(request, from: far.address, to: line.address.account, now: .sample))
        }
        // The other loop keeps up.
        #expect(unread.withLock(\.count) == count + 1)
        unread.withLock { $0 = [] }
        #expect(!switchboard.isFull)
        switchboard.perform([.deliver(envelope, to: near.address)])
        switchboard.flush()
        #expect(unread.withLock(\.count) == 1)
    }

    @Test("a disconnected line leaves nothing behind")
    func nothingLeft() {
        let board = Board()
        let switchboard = board.make()
        let line = Self.line(0)
        let room = ConversationID.random()
        switchboard.connect(line, Self.arrival([room]))
        switchboard.disconnect(line)
        switchboard.flush()
        switchboard.perform([.announce(Self.entry(room, 1)), .deliver(.sample, to: line.address)])
        switchboard.flush()
        #expect(board.posted.withLock { $0[0] } == ["arrived"])
        #expect(switchboard.lineCount == 0)
    }

    @Test("what is passed on goes at once, and leaves what waits for its commit alone")
    func passing() async throws {
        let board = Board()
        let switchboard = board.make()
        let line = Self.line(1)
        switchboard.connect(line, Self.arrival())
        switchboard.flush()
        let request = SendRequest(
            clientID: .random(),
            copies: [DeviceCopy(device: DeviceID(1), registrationID: .sample, body: [1])], isEphemeral: true)
        switchboard.tell(line, .queueEmpty(.sample))
        let sender = DeviceAddress(account: .random(), device: DeviceID(1))
        switchboard.pass(Passing(request, from: sender, to: line.address.account, now: .sample))
        #expect(board.posted.withLock { $0 } == [[], ["arrived", "envelope 0"]])
        switchboard.flush()
        #expect(board.posted.withLock { $0 } == [[], ["arrived", "envelope 0", "frame"]])
        switchboard.pass(Passing(request, from: sender, to: .random(), now: .sample))
        #expect(board.postCount.withLock { $0 } == 3, "nobody is there")
    }
}
