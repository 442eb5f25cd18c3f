import Store
import Testing
import Wire

/// Mirrors `Tables` and the list of messages that expire.
@Suite("Contract: redaction", .timeLimit(.minutes(10)))
struct RedactionContractTests {
    private static func post(_ client: Int, expiresIn seconds: UInt64? = nil) -> EntryDraft {
        var draft = Sample.post(client, in: 1)
        guard case .message(var message) = draft.event else { return draft }
        message.expiresAt = seconds.map { Timestamp.start.adding(seconds: $0) }
        message.media = [.random()]
        draft.event = .message(message)
        return draft
    }

    /// A group with posts 1 to `count` from seq 2 on.
    private static func fill(_ store: Store, _ count: Int) async throws -> [LogEntry] {
        try await store.register(accounts: 2)
        try await store.write { (tables) throws(Problem) in
            try tables.insertConversation(Sample.group(1))
            _ = try tables.append(
                EntryDraft(
                    time: .start, conversation: .number(1), sender: .number(1), clientID: nil,
                    event: .membersAdded(.init(accounts: [.number(2)]))))
        }
        for client in 1...count {
            _ = try await store.append(Self.post(client))
            _ = try await store.append(Sample.envelope(1_000 + client, to: [.number(2)]))
        }
        return try await store.entries(1, .newest, limit: 1_000)
    }

    private static func redact(_ seq: UInt64, in store: Store) async throws -> LogEntry? {
        try await store.write { (tables) throws(Problem) in
            try tables.redact(SequenceNumber(seq), of: .number(1))
        }
    }

    @Test("a redacted message reads as its tombstone in every page, and all else stays", arguments: Engine.allCases)
    func tombstone(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            var expected = try await Self.fill(store, 20)
            for seq in [UInt64(2), 12, 21, 13] {
                let index = Int(seq) - 1
                #expect(try await Self.redact(seq, in: store) == expected[index])
                expected[index] = try #require(expected[index].tombstone)
                #expect(try await Self.redact(seq, in: store) == nil, "a second time")
                #expect(try await store.entries(1, .newest, limit: 1_000) == expected)
            }
            guard case .message(let message) = expected[11].event else { return #expect(Bool(false)) }
            #expect(message == .init(clientID: .number(11), text: nil, body: nil, isDeleted: true))
            #expect(try await store.entries(1, .newest, limit: 3) == expected.suffix(3))
            #expect(try await store.entries(1, .after(SequenceNumber(11)), limit: 2) == Array(expected[11...12]))
            #expect(try await store.entries(1, .before(SequenceNumber(13)), limit: 2) == Array(expected[10...11]))
            #expect(try await store.entries(1, .around(SequenceNumber(12)), limit: 4) == Array(expected[9...12]))
            for client in [1, 11, 20] {
                #expect(try await store.accepted(client)?.seq == SequenceNumber(UInt64(client) + 1))
            }
            #expect(try await store.drain(.number(2)).count == 20)
            let next = try await store.append(Self.post(99))
            #expect(next.seq == SequenceNumber(22))
        }
    }

    @Test("there is nothing to redact where there is no message", arguments: Engine.allCases)
    func nothing(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let before = try await Self.fill(store, 3)
            for seq in [0, 1, 5, UInt64.max] { #expect(try await Self.redact(seq, in: store) == nil) }
            let other = try await store.write { (tables) throws(Problem) in
                try tables.redact(SequenceNumber(2), of: .number(9))
            }
            #expect(other == nil)
            #expect(try await store.entries(1, .newest, limit: 9) == before)
        }
    }

    @Test("a command that fails takes its redaction back", arguments: Engine.allCases)
    func undone(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let before = try await Self.fill(store, 3)
            let end = Timestamp.start.adding(seconds: 10)
            _ = try await store.append(Self.post(4, expiresIn: 10))
            do {
                try await store.write { (tables) throws(Problem) in
                    _ = try tables.redact(SequenceNumber(3), of: .number(1))
                    #expect(try tables.takeExpiredMessages(by: end, limit: 9).count == 1)
                    throw Problem(.forbidden, "undo")
                }
            } catch {
                #expect((error as? Problem)?.code == .forbidden)
            }
            #expect(try await store.entries(1, .newest, limit: 9).prefix(4) == before[...])
            #expect(try await store.read { (tables) throws(Problem) in try tables.hasExpiredMessages(by: end) })
        }
    }

    @Test("a message may be redacted in the command that appends it", arguments: Engine.allCases)
    func atOnce(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            _ = try await Self.fill(store, 1)
            let draft = Self.post(7, expiresIn: 5)
            try await store.write { (tables) throws(Problem) in
                let appended = try tables.append(draft)
                let before = try tables.redact(appended.seq, of: .number(1))
                #expect(before?.event == draft.event)
                #expect(try tables.entry(appended.seq, of: .number(1)) == before?.tombstone)
            }
            #expect(try await store.accepted(7)?.seq == SequenceNumber(3))
            let end = Timestamp.start.adding(seconds: 5)
            #expect(try await store.read { (tables) throws(Problem) in try !tables.hasExpiredMessages(by: end) })
        }
    }

    @Test("messages that expire are taken once, the earliest first, and none that was redacted before",
        arguments: Engine.allCases)
    func expiring(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            _ = try await Self.fill(store, 1)
            for (client, seconds) in [(2, 30), (3, 10), (4, nil), (5, 20), (6, 40), (7, 5)] as [(Int, UInt64?)] {
                _ = try await store.append(Self.post(client, expiresIn: seconds))
            }
            _ = try await Self.redact(8, in: store)
            try await store.read { (tables) throws(Problem) in
                #expect(try !tables.hasExpiredMessages(by: Timestamp.start.adding(seconds: 9)))
                #expect(try tables.hasExpiredMessages(by: Timestamp.start.adding(seconds: 10)))
            }
            try await store.write { (tables) throws(Problem) in
                let now = Timestamp.start.adding(seconds: 30)
                func take(_ limit: Int) throws(Problem) -> [UInt64] {
                    try tables.takeExpiredMessages(by: now, limit: limit).map(\.seq.rawValue)
                }
                let taken = [try take(0), try take(-1), try take(2), try take(9), try take(9)]
                #expect(taken == [[], [], [4, 6], [3], []])
                #expect(try !tables.hasExpiredMessages(by: now))
                #expect(try tables.hasExpiredMessages(by: now.adding(seconds: 10)))
            }
        }
    }

    @Test("redacted and expiring messages are so after closing, opening and crashes too", arguments: Engine.allCases)
    func durable(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        let store = try engine.open(in: folder)
        var expected = try await Self.fill(store, 30)
        for seq in [UInt64(3), 17, 31] {
            _ = try await Self.redact(seq, in: store)
            expected[Int(seq) - 1] = try #require(expected[Int(seq) - 1].tombstone)
        }
        _ = try await store.append(Self.post(50, expiresIn: 5))
        expected = try await store.entries(1, .newest, limit: 1_000)
        let end = Timestamp.start.adding(seconds: 5)
        if engine == .sqlite {
            let copy = try DurabilityTests.copyFiles(of: folder)
            let opened = try engine.open(in: copy)
            #expect(try await opened.entries(1, .newest, limit: 1_000) == expected)
            #expect(try await opened.read { (tables) throws(Problem) in try tables.hasExpiredMessages(by: end) })
            await opened.close()
        }
        await store.close()
        let again = try engine.open(in: folder)
        #expect(try await again.entries(1, .newest, limit: 1_000) == expected)
        let taken = try await again.write { (tables) throws(Problem) in
            try tables.takeExpiredMessages(by: end, limit: 9)
        }
        #expect(taken == [MessagePlace(conversation: .number(1), seq: SequenceNumber(32))])
        #expect(try await again.accepted(2)?.seq == SequenceNumber(3))
        await again.close()
    }
}
