import Store
import Testing
import Wire

/// Mirrors `Flush`, `Tail`, `Readers`.
@Suite("Hand-over from memory to tables", .timeLimit(.minutes(3)))
struct HandOverTests {
    private static var configuration: StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.flushRowCount = 16
        configuration.idleMilliseconds = 1
        configuration.idleFlushSpacingMilliseconds = 0
        configuration.sliceMicroseconds = 1
        configuration.acceptedListCountMin = 8
        configuration.acceptedRunCount = 64
        configuration.cachedRowCount = 3
        configuration.checkpointByteCount = 1 << 16
        configuration.walByteCountMax = 1 << 18
        return configuration
    }

    @Test("readers see every accepted send once and in order, while it moves and while it is acknowledged")
    func readersAndFlush() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: Self.configuration)
        try await store.prepare(accounts: 6)
        try await withThrowingTaskGroup(of: Void.self) { (group) in
            for lane in UInt64(0)..<4 {
                let device = Sample.address(3 + lane)
                group.addTask { try await Self.sendAndCheck(store, device, lane) }
                group.addTask { try await Self.checkSnapshots(store, device) }
            }
            group.addTask { try await Self.postAndCheck(store) }
            try await group.waitForAll()
        }
        #expect(store.status().damagedRows == 0)
        await store.close()
        let opened = try Store.open(folder: folder.path)
        for lane in UInt64(0)..<4 {
            let left = try await opened.drain(Sample.address(3 + lane)).compactMap { $0.number?.rawValue }
            #expect(left == Array(391...400))
            for index in [UInt64(0), 17, 399] {
                let row = try await opened.read { (tables) throws(Problem) in
                    try tables.accepted(from: Sample.sender, clientID: Sample.client(lane * 1_000 + index))
                }
                #expect(row != nil)
            }
        }
        await opened.close()
    }

    /// Sends to one device, and after each answer finds the send in the queue and in the memory of sends.
    private static func sendAndCheck(_ store: Store, _ device: DeviceAddress, _ lane: UInt64) async throws {
        for index in UInt64(0)..<400 {
            let client = lane * 1_000 + index
            let given = try await store.send(client, to: [device])
            #expect(given.numbers == [QueueNumber(index + 1)])
            let (envelopes, accepted, state) = try await store.read { (tables) throws(Problem) in
                (try tables.envelopes(for: device, after: QueueNumber(index), limit: 3, byteCountMax: 10_000),
                    try tables.accepted(from: Sample.sender, clientID: Sample.client(client)),
                    try tables.queueState(of: device))
            }
            #expect(envelopes.map(\.body) == [Sample.body(client)])
            #expect(accepted?.id == given.id)
            #expect(state.head == QueueNumber(index + 1))
            if index % 10 == 9, index >= 19 { try await store.trim(device, through: index - 9) }
        }
    }

    /// Whatever the moment: the numbers are dense up to the head of the same snapshot.
    private static func checkSnapshots(_ store: Store, _ device: DeviceAddress) async throws {
        var head: UInt64 = 0
        while head < 400 {
            let (envelopes, state) = try await store.read { (tables) throws(Problem) in
                let state = try tables.queueState(of: device)
                let all = try tables.envelopes(for: device, after: QueueNumber(0), limit: 1_000, byteCountMax: 1 << 20)
                return (all, state)
            }
            let numbers = envelopes.compactMap { $0.number?.rawValue }
            #expect(state.head.rawValue >= head)
            head = state.head.rawValue
            if let first = numbers.first {
                #expect(first > state.deliveredThrough.rawValue)
                #expect(numbers == Array(first..<first + UInt64(numbers.count)))
                #expect(numbers.last == head)
            } else {
                #expect(state.count == 0)
            }
        }
    }

    private static func postAndCheck(_ store: Store) async throws {
        var seqs: [UInt64] = []
        for index in UInt64(0)..<300 {
            let draft = EntryDraft(
                time: Sample.start, conversation: Sample.dm, sender: Sample.sender,
                clientID: Sample.client(50_000 + index),
                event: .message(.init(clientID: Sample.client(50_000 + index), text: "\(index)", body: nil)))
            let given = try await store.write(checksFirst: true) { (tables) throws(Problem) in
                try tables.append(draft)
            }
            seqs.append(given.seq.rawValue)
            let (newest, around, head) = try await store.read { (tables) throws(Problem) in
                (try tables.entries(of: Sample.dm, .newest, limit: 30),
                    try tables.entries(of: Sample.dm, .around(given.seq), limit: 9),
                    try tables.head(of: Sample.dm))
            }
            #expect(newest.map(\.seq.rawValue) == Array(seqs.suffix(30)))
            #expect(around.map(\.seq.rawValue) == Array(seqs.suffix(9)))
            #expect(head >= given.seq)
        }
    }

    @Test("one commit serves many sends")
    func groupCommit() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path)
        try await store.prepare()
        let before = store.status().commits
        await withCheckedContinuation { (continuation) in
            for client in UInt64(0)..<2_000 {
                store.submit(
                    Command(checksFirst: true) { (tables) throws(Problem) in
                        _ = try tables.append(Sample.draft(client))
                    } done: { (_) in
                        if client == 1_999 { continuation.resume() }
                    })
            }
        }
        #expect(store.status().commits - before < 500)
        #expect(try await store.drain().count == 2_000)
        await store.close()
    }
}
