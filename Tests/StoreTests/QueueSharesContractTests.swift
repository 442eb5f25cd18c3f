import Store
import Testing
import Wire

/// What each sender may have waiting in a queue, however the store has come to hold it.
@Suite("Shares of a queue, kept") struct QueueSharesContractTests {
    private let large = [UInt8](repeating: 5, count: Limits.sealedBodyByteCountMax)
    private let device = DeviceAddress.number(1)

    /// Sends until there is no room.
    private func fill(_ store: Store, from sender: DeviceAddress?, first client: Int, at time: Timestamp = .start)
        async throws -> (count: Int, refusal: QueueRefusal?)
    {
        for count in 0..<1_000 {
            if let refusal = try await refusal(store, of: sender) { return (count, refusal) }
            _ = try await store.append(
                Sample.envelope(client + count, to: [device], from: sender, at: time, body: large))
        }
        return (1_000, nil)
    }

    private func refusal(_ store: Store, of sender: DeviceAddress?) async throws -> QueueRefusal? {
        let (device, count) = (device, large.count)
        return try await store.write { (tables) throws(Problem) in
            try tables.queueRefusal(of: count, from: sender?.account, in: device)
        }
    }

    @Test(
        "a sender who has all he may is refused, also after a restart, and others are not", arguments: Engine.allCases)
    func restart(engine: Engine) async throws {
        let folder = try TemporaryFolder()
        var store = try engine.open(in: folder)
        try await store.register(accounts: 3)
        let first = try await fill(store, from: .number(2), first: 1)
        #expect(first.refusal == .sender && first.count > 10)
        #expect(try await refusal(store, of: .number(3)) == nil)
        #expect(try await refusal(store, of: nil) == nil)
        #expect(try await refusal(store, of: .number(1)) == nil)
        for _ in 0..<2 {
            await store.close()
            store = try engine.open(in: folder)
            #expect(try await refusal(store, of: .number(2)) == .sender)
            #expect(try await refusal(store, of: .number(3)) == nil)
        }
        // One that is fetched makes room for one.
        try await store.trim(device, through: 1)
        #expect(try await fill(store, from: .number(2), first: 500).count == 1)
        await store.close()
    }

    @Test("what is fetched makes room, also within the batch that says so", arguments: Engine.allCases)
    func fetched(engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            let (count, _) = try await fill(store, from: .number(2), first: 1)
            try await store.trim(device, through: UInt64(count) / 2)
            #expect(try await fill(store, from: .number(2), first: 1_000).count >= count / 2)
            try await store.trim(device, through: .max)
            #expect(try await fill(store, from: .number(2), first: 2_000).count == count)
        }
    }

    @Test("what has waited too long makes room", arguments: Engine.allCases)
    func expired(engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            let (count, refusal) = try await fill(store, from: .number(2), first: 1)
            #expect(refusal == .sender)
            let later = Timestamp.start.adding(seconds: Limits.queueDays * 86_400 + 1)
            try await store.write { (tables) throws(Problem) in
                while try tables.removeExpired(now: later, limit: 10) > 0 {}
            }
            #expect(try await fill(store, from: .number(2), first: 1_000, at: later).count == count)
        }
    }

    @Test("what was undone does not count", arguments: Engine.allCases)
    func undone(engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            let (count, _) = try await fill(store, from: .number(2), first: 1)
            try await store.trim(device, through: 1)
            let (draft, device) = (
                Sample.envelope(5_000, to: [device], from: .number(2), body: large), device
            )
            for _ in 0..<3 {
                await #expect(throws: Problem.self) {
                    try await store.write { (tables) throws(Problem) in
                        _ = try tables.append(draft)
                        try tables.trimQueue(of: device, through: QueueNumber(UInt64(count) / 2))
                        throw Problem(.malformed, "undone")
                    }
                }
            }
            #expect(try await fill(store, from: .number(2), first: 6_000).count == 1)
        }
    }
}
