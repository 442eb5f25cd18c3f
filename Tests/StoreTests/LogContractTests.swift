import Store
import Testing
import Wire

/// Mirrors `Tables`.
@Suite("Contract: the log", .timeLimit(.minutes(10)))
struct LogContractTests {
    @Test("a send is numbered in every recipient's queue and comes out as it went in", arguments: Engine.allCases)
    func sendAndRead(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 3)
            try await store.write { (tables) throws(Problem) in try tables.insertConversation(Sample.dm(1, 1, 2)) }
            let first = try await store.append(Sample.envelope(1, to: [.number(2), .number(3)]))
            let second = try await store.append(Sample.envelope(2, to: [.number(3)], conversation: 1))
            #expect(first.numbers == [QueueNumber(1), QueueNumber(1)])
            #expect(first.seq == nil)
            #expect(second.numbers == [QueueNumber(2)])
            #expect(second.seq == SequenceNumber(1))
            #expect(first.id < second.id)
            let two = try await store.drain(.number(2))
            #expect(two.map(\.body) == [Sample.body(1, 0)])
            let three = try await store.drain(.number(3))
            #expect(three.map(\.body) == [Sample.body(1, 1), Sample.body(2, 0)])
            #expect(three.map(\.number) == [QueueNumber(1), QueueNumber(2)])
            #expect(three.last == Envelope(
                number: QueueNumber(2), id: second.id, time: .start, sender: DeviceAddressPayload(.number(1)),
                kind: .message, conversation: .number(1), seq: SequenceNumber(1), isUrgent: true, body: Sample.body(2)))
            let head = try await store.read { (tables) throws(Problem) in try tables.head(of: .number(1)) }
            #expect(head == SequenceNumber(1))
        }
    }

    @Test("a commitment comes out as it went in, and where there was none, none does", arguments: Engine.allCases)
    func commitments(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 3)
            for client in 1...6 { _ = try await store.append(Sample.envelope(client, to: [.number(2), .number(3)])) }
            let expected = (1...6).map { Sample.envelope($0, to: []).commitment }
            #expect(expected.compactMap(\.self).count == 2)
            for device in 2...3 {
                let envelopes = try await store.drain(.number(device))
                #expect(envelopes.map(\.commitment) == expected)
                #expect(envelopes.allSatisfy { $0.frankingTag == nil })
            }
        }
    }

    @Test("every kind, a sealed sender and an empty list of copies are kept", arguments: Engine.allCases)
    func kinds(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            for kind in EnvelopeKind.known {
                var draft = Sample.envelope(1, to: [.number(2)], from: nil)
                draft.kind = kind
                _ = try await store.append(draft)
            }
            let empty = try await store.append(Sample.envelope(77, to: []))
            #expect(empty.numbers.isEmpty)
            let envelopes = try await store.drain(.number(2))
            #expect(envelopes.map(\.kind) == EnvelopeKind.known)
            #expect(envelopes.allSatisfy { $0.sender == nil })
            #expect(try await store.accepted(77)?.id == empty.id)
            #expect(try await store.accepted(1) == nil)
        }
    }

    @Test("a page ends at its limit, or at its bytes but never before the first", arguments: Engine.allCases)
    func pageBounds(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            for client in 1...20 {
                _ = try await store.append(
                    Sample.envelope(client, to: [.number(2)], body: [UInt8](repeating: 1, count: 100)))
            }
            func page(after number: UInt64, limit: Int, bytes: Int) async throws -> [UInt64] {
                try await store.read { (tables) throws(Problem) in
                    try tables.envelopes(
                        for: .number(2), after: QueueNumber(number), limit: limit, byteCountMax: bytes)
                }.compactMap { $0.number?.rawValue }
            }
            #expect(try await page(after: 0, limit: 3, bytes: 10_000) == [1, 2, 3])
            #expect(try await page(after: 17, limit: 10, bytes: 10_000) == [18, 19, 20])
            #expect(try await page(after: 20, limit: 10, bytes: 10_000) == [])
            #expect(try await page(after: UInt64.max, limit: 10, bytes: 10_000) == [])
            #expect(try await page(after: 0, limit: 10, bytes: 250) == [1, 2])
            #expect(try await page(after: 4, limit: 10, bytes: 0) == [5])
            #expect(try await page(after: 0, limit: 0, bytes: 1_000) == [])
            #expect(try await page(after: 0, limit: -1, bytes: 1_000) == [])
        }
    }

    @Test("what is acknowledged is gone, once, and no number comes twice", arguments: Engine.allCases)
    func trim(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            for client in 1...10 { _ = try await store.append(Sample.envelope(client, to: [.number(2)])) }
            try await store.trim(.number(2), through: 4)
            #expect(try await store.drain(.number(2)).compactMap { $0.number?.rawValue } == Array(5...10))
            #expect(
                try await store.queueState(.number(2))
                    == QueueState(head: QueueNumber(10), deliveredThrough: QueueNumber(4), count: 6))
            try await store.trim(.number(2), through: 2)
            #expect(try await store.queueState(.number(2)).deliveredThrough == QueueNumber(4))
            try await store.trim(.number(2), through: UInt64.max)
            #expect(
                try await store.queueState(.number(2))
                    == QueueState(head: QueueNumber(10), deliveredThrough: QueueNumber(10), count: 0))
            #expect(try await store.drain(.number(2)).isEmpty)
            let next = try await store.append(Sample.envelope(11, to: [.number(2)]))
            #expect(next.numbers == [QueueNumber(11)])
            try await store.trim(.number(9), through: 1)
        }
    }

    @Test("a queue that nobody has is empty", arguments: Engine.allCases)
    func absentQueue(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            #expect(try await store.drain(.number(5)).isEmpty)
            #expect(
                try await store.queueState(.number(5))
                    == QueueState(head: QueueNumber(0), deliveredThrough: QueueNumber(0), count: 0))
            #expect(try await store.entries(5, .newest, limit: 5).isEmpty)
            let head = try await store.read { (tables) throws(Problem) in try tables.head(of: .number(5)) }
            #expect(head == SequenceNumber(0))
            #expect(try await store.accepted(1) == nil)
        }
    }

    @Test("a send is found again by its sender and client id, and by nobody else's", arguments: Engine.allCases)
    func accepted(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            try await store.write { (tables) throws(Problem) in
                try tables.insertConversation(Sample.dm(1, 1, 2))
                try tables.insertConversation(Sample.group(2))
            }
            var given: [Int: AcceptedRow] = [:]
            for client in 1...40 {
                let time = Timestamp.start.adding(seconds: UInt64(client))
                switch client % 3 {
                case 0:
                    let appended = try await store.append(Sample.post(client, in: 2, at: time))
                    given[client] = AcceptedRow(
                        id: appended.id, time: time, conversation: .number(2), seq: appended.seq)
                default:
                    let conversation = client % 3 == 1 ? 1 : nil
                    let appended = try await store.append(
                        Sample.envelope(client, to: [.number(2)], conversation: conversation, at: time))
                    given[client] = AcceptedRow(
                        id: appended.id, time: time, conversation: conversation.map { .number($0) }, seq: appended.seq)
                }
                // Delivered at once: the memory of a send outlives its row.
                try await store.trim(.number(2), through: UInt64.max)
            }
            for (client, row) in given {
                #expect(try await store.accepted(client) == row)
                #expect(try await store.accepted(client, from: .number(2)) == nil)
                let inCommand = try await store.write(checksFirst: true) { (tables) throws(Problem) in
                    try tables.accepted(from: .number(1), clientID: .number(client))
                }
                #expect(inCommand == row)
            }
            #expect(try await store.accepted(41) == nil)
        }
    }

    @Test("pages before, after, around and at the end agree with the whole log", arguments: Engine.allCases)
    func pages(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            try await store.write { (tables) throws(Problem) in
                try tables.insertConversation(Sample.dm(1, 1, 2))
                try tables.insertConversation(Sample.group(2))
            }
            // Every fifth seq of the conversation is a pairwise send's, which has no entry.
            var seqs: [UInt64] = []
            for client in 1...43 {
                if client.isMultiple(of: 5) {
                    _ = try await store.append(Sample.envelope(client, to: [.number(2)], conversation: 2))
                } else {
                    seqs.append(try await store.append(Sample.post(client, in: 2)).seq.rawValue)
                }
                _ = try await store.append(Sample.envelope(1_000 + client, to: [.number(2)], conversation: 1))
            }
            #expect(seqs.last == 43)
            func check(_ range: LogRange, _ limit: Int, _ expected: some Sequence<UInt64>) async throws {
                let page = try await store.entries(2, range, limit: limit)
                #expect(page.map(\.seq.rawValue) == Array(expected), "\(range), \(limit)")
                let inCommand = try await store.write(checksFirst: true) { (tables) throws(Problem) in
                    try tables.entries(of: .number(2), range, limit: limit)
                }
                #expect(inCommand == page)
                for entry in page {
                    #expect(entry.event == .message(
                        .init(clientID: .number(Int(entry.seq.rawValue)), text: "post \(entry.seq)", body: nil)))
                }
            }
            try await check(.newest, 100, seqs)
            try await check(.newest, 7, seqs.suffix(7))
            try await check(.newest, 0, [])
            for seq in UInt64(0)...45 {
                for limit in [1, 4, 9, 100] {
                    let at = SequenceNumber(seq)
                    let before = seqs.filter { $0 < seq }
                    let after = seqs.filter { $0 >= seq }
                    try await check(.before(at), limit, before.suffix(limit))
                    try await check(.after(at), limit, seqs.filter { $0 > seq }.prefix(limit))
                    let beforeCount = min(before.count, max(limit / 2, limit - after.count))
                    try await check(
                        .around(at), limit, before.suffix(beforeCount) + after.prefix(limit - beforeCount))
                }
            }
            try await check(.after(SequenceNumber(UInt64.max)), 3, [])
            try await check(.before(SequenceNumber(UInt64.max)), 2, seqs.suffix(2))
            let head = try await store.read { (tables) throws(Problem) in try tables.head(of: .number(2)) }
            #expect(head == SequenceNumber(43))
            #expect(try await store.entries(1, .newest, limit: 10).isEmpty)
        }
    }

    @Test("a page ends where its bytes would be too many, and has one entry at least", arguments: Engine.allCases)
    func bytes(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 1)
            try await store.write { (tables) throws(Problem) in try tables.insertConversation(Sample.group(1)) }
            // Bodies of 1, 2, 3, 4 and then again 1, 2 … thousand bytes: entry n has its number's.
            let sizes = (1...40).map { 1_000 * (($0 - 1) % 4 + 1) }
            for (index, size) in sizes.enumerated() {
                let body = [UInt8](repeating: 7, count: size)
                let draft = EntryDraft(
                    time: .start, conversation: .number(1), sender: .number(1), clientID: .number(index),
                    event: .message(.init(clientID: .number(index), text: nil, body: body)))
                try await store.write { (tables) throws(Problem) in _ = try tables.append(draft) }
            }
            func page(_ range: LogRange, _ byteCountMax: Int) async throws -> [UInt64] {
                try await store.read { (tables) throws(Problem) in
                    try tables.entries(of: .number(1), range, limit: 1_000, byteCountMax: byteCountMax)
                }.map(\.seq.rawValue)
            }
            for bound in [0, 1, 2_000, 5_000, 11_000, 30_000, 1_000_000] {
                for seq in UInt64(0)...41 {
                    let (from, below) = (Int(seq), Int(seq) - 1)
                    // What is kept of an entry beside its body is some two hundred bytes.
                    func isWithin(_ seqs: [UInt64]) -> Bool {
                        seqs.count == 1 || seqs.reduce(0) { $0 + sizes[Int($1) - 1] } <= bound
                    }
                    let after = try await page(.after(SequenceNumber(seq)), bound)
                    #expect(after == (from + 1..<from + 1 + after.count).map { UInt64($0) } && isWithin(after))
                    #expect(after.isEmpty == (bound == 0 || seq >= 40))
                    let before = try await page(.before(SequenceNumber(seq)), bound)
                    let last = min(below, 40)
                    #expect(before == (last - before.count + 1..<last + 1).map { UInt64($0) } && isWithin(before))
                    #expect(before.isEmpty == (bound == 0 || seq <= 1))
                    let around = try await page(.around(SequenceNumber(seq)), bound)
                    #expect(around == around.first.map { Array($0..<$0 + UInt64(around.count)) } ?? [])
                    #expect(bound == 0 || seq == 0 || seq == 41 || around.contains(seq) || around.contains(seq - 1))
                }
            }
            #expect(try await page(.newest, 1_000_000).count == 40)
        }
    }

    @Test("every event is kept as it was", arguments: Engine.allCases)
    func events(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 1)
            try await store.write { (tables) throws(Problem) in try tables.insertConversation(Sample.group(1)) }
            let events: [ConversationEvent] = [
                .created(.init(kind: .group, mode: .open, title: "Größe ✓", sealedName: nil)),
                .message(.init(clientID: .number(1), text: nil, body: [UInt8](repeating: 9, count: 100_000))),
                .membersAdded(.init(accounts: [.number(4), .number(5)])),
                .memberRemoved(.init(account: .number(4))),
                .roleChanged(.init(account: .number(5), role: .admin)),
            ]
            for event in events {
                let draft = EntryDraft(
                    time: .start, conversation: .number(1), sender: .number(1), clientID: nil, event: event)
                _ = try await store.append(draft)
            }
            #expect(try await store.entries(1, .newest, limit: 10).map(\.event) == events)
        }
    }

    @Test("message ids ascend, whatever the clock does", arguments: Engine.allCases)
    func messageIDs(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            let jumps: [UInt64] = [1_000, 1_000, 500, 0, 5_000_000_000, 1_000, Timestamp.millisecondsMax, 3]
            var ids: [MessageID] = []
            for (index, milliseconds) in jumps.enumerated() {
                let time = Timestamp(milliseconds: milliseconds)
                ids.append(try await store.append(Sample.envelope(index, to: [.number(2)], at: time)).id)
            }
            for (one, next) in zip(ids, ids.dropFirst()) { #expect(one < next) }
            #expect(try await store.drain(.number(2)).map(\.time.milliseconds) == jumps)
        }
    }

    @Test("many submitters get dense numbers and seqs, in the order of their answers", arguments: Engine.allCases)
    func parallelSends(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 4)
            try await store.write { (tables) throws(Problem) in try tables.insertConversation(Sample.dm(1, 1, 2)) }
            let appended = try await withThrowingTaskGroup(of: [AppendedEnvelopes].self) { (group) in
                for sender in 0..<16 {
                    group.addTask {
                        var given: [AppendedEnvelopes] = []
                        for index in 0..<50 {
                            let client = sender * 1_000 + index
                            given.append(
                                try await store.append(
                                    Sample.envelope(
                                        client, to: [.number(2), .number(3 + client % 2)], conversation: 1)))
                        }
                        return given
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let all = appended.flatMap { $0 }
            for own in appended {
                for (one, next) in zip(own, own.dropFirst()) {
                    #expect(one.id < next.id)
                    #expect(one.numbers[0] < next.numbers[0])
                }
            }
            #expect(all.compactMap { $0.seq?.rawValue }.sorted() == Array(1...800))
            #expect(all.map { $0.numbers[0].rawValue }.sorted() == Array(1...800))
            let two = try await store.drain(.number(2), pageItems: 37)
            #expect(two.compactMap { $0.number?.rawValue } == Array(1...800))
            #expect(Set(two.map(\.body)).count == 800)
            #expect(two.map(\.id) == all.sorted { $0.id < $1.id }.map(\.id))
            let others = try await [store.queueState(.number(3)), store.queueState(.number(4))]
            #expect(others.reduce(0) { $0 + $1.count } == 800)
        }
    }
}
