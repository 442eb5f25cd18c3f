import Dispatch
import Store
import Testing
import Wire

/// Mirrors `Flush`, `Tail`, `Readers`.
@Suite("Hand-over from memory to tables", .timeLimit(.minutes(10)))
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

    @Test(
        "an acknowledgement in the middle of a flush does not write a forgotten queue's number over a later one",
        arguments: 0..<24)
    func acknowledged(afterSlices count: Int) async throws {
        let folder = try TestFolder()
        var configuration = StoreConfiguration.still
        configuration.flushRowCount = 16
        configuration.sliceMicroseconds = 1
        configuration.cachedRowCount = 1
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare(accounts: 4)
        for client: UInt64 in 1...16 { _ = try await store.send(client) }
        // A query that goes on keeps the flush from freeing the queue until what was acknowledged is deleted.
        let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let query: Void = store.read { (_) throws(Problem) in
            begun.signal()
            end.wait()
        }
        while begun.wait(timeout: .now()) == .timedOut { await Task.yield() }
        // Each batch brings a slice of the flush that has begun.
        try await store.tick(count)
        try await store.trim(through: 8)
        try await store.tick(60)
        end.signal()
        try await query
        try await store.tick(3)
        _ = try await store.send(17)
        for client: UInt64 in 101...132 { _ = try await store.send(client, to: [Sample.address(4)]) }
        try await store.tick(120)
        let state = try await store.read { (tables) throws(Problem) in try tables.queueState(of: Sample.recipient) }
        #expect(state.head == QueueNumber(17))
        await store.close()
        let opened = try Store.open(folder: folder.path, configuration: configuration)
        #expect(try await opened.send(18).numbers == [QueueNumber(18)])
        #expect(try await opened.drain().compactMap { $0.number?.rawValue } == Array(9...18))
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

extension Store {
    /// So many batches that have nothing to do with any queue.
    fileprivate func tick(_ count: Int) async throws {
        for index in 0..<count {
            try await write { (tables) throws(Problem) in
                try tables.put(SettingRow(name: "tick", value: [UInt8(truncatingIfNeeded: index)]))
            }
        }
    }
}
