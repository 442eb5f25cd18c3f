import Dispatch
import Store
import TestKit
import Testing
import Wire

@Suite("Contract: commands and batches", .timeLimit(.minutes(10)))
struct CommandContractTests {
    /// Collects what happens, in order.
    final class Record: Sendable {
        private let events = Guarded<[String]>([])
        func note(_ event: String) { events.withLock { $0.append(event) } }
        var all: [String] { events.withLock { $0 } }
    }

    @Test("commands run and are answered in the order of submission", arguments: Engine.allCases)
    func order(_ engine: Engine) async throws {
        let record = Record()
        try await withStore(engine, afterBatch: { record.note("batch") }) { (store) in
            await withCheckedContinuation { (continuation) in
                for number in 0..<3_000 {
                    store.submit(
                        Command { (_) throws(Problem) in
                            record.note("run")
                            if number.isMultiple(of: 7) { throw Problem(.forbidden, "no") }
                        } done: { (outcome) in
                            if case .success = outcome { record.note("\(number)") } else { record.note("-\(number)") }
                            if number == 2_999 { continuation.resume() }
                        })
                }
            }
        }
        let answers = record.all.filter { $0 != "batch" && $0 != "run" }
        #expect(answers == (0..<3_000).map { $0.isMultiple(of: 7) ? "-\($0)" : "\($0)" })
        // In each batch: all runs, then all answers, then the one call after it.
        let stages = record.all.map { $0 == "run" ? 0 : $0 == "batch" ? 2 : 1 }
        for (one, next) in zip(stages, stages.dropFirst()) {
            #expect(one <= next || one == 2)
        }
        #expect(stages.last == 2)
    }

    @Test("a command that throws leaves nothing, and its neighbours everything", arguments: Engine.allCases)
    func undo(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 3)
            let stranger = try Sample.account(9)
            let strangersDevice = try Sample.device(.number(9))
            try await store.write { (tables) throws(Problem) in
                try tables.insertConversation(Sample.dm(1, 1, 2))
                try tables.put(Sample.member(1, of: 1))
                _ = try tables.append(Sample.envelope(500, to: [.number(3)]))
            }
            await withCheckedContinuation { (continuation) in
                for number in 1...60 {
                    let isBad = number.isMultiple(of: 3)
                    store.submit(
                        Command { (tables) throws(Problem) in
                            _ = try tables.append(Sample.envelope(number, to: [.number(2)], conversation: 1))
                            guard isBad else { return }
                            _ = try tables.append(Sample.post(1_000 + number, in: 1))
                            try tables.insert(stranger)
                            try tables.insertDevice(strangersDevice)
                            _ = try tables.append(Sample.envelope(2_000 + number, to: [.number(9), .number(2)]))
                            try tables.put(Sample.member(9, of: 1, role: .owner))
                            try tables.put(Sample.member(1, of: 1, role: .admin))
                            try tables.insertConversation(Sample.dm(7, 2, 3))
                            try tables.trimQueue(of: .number(3), through: QueueNumber(1))
                            try tables.removeDevice(.number(3))
                            try tables.put(SettingRow(name: "a", value: [1]))
                            // What was changed is seen before it is undone, and must not stay in a cache.
                            _ = try tables.devices(of: .number(3))
                            _ = try tables.dm(between: DMPair(.number(2), .number(3)))
                            _ = try tables.member(.number(1), of: .number(1))
                            _ = try tables.account(.number(9))
                            throw Problem(.forbidden, "no")
                        } done: { (outcome) in
                            #expect((try? outcome.get()) == nil ? isBad : !isBad)
                            if number == 60 { continuation.resume() }
                        })
                }
            }
            for isWriter in [true, false] {
                let check: @Sendable (ReadableTables) throws(Problem) -> Void = { (tables) throws(Problem) in
                    #expect(try tables.account(.number(9)) == nil)
                    #expect(try tables.device(.number(9)) == nil)
                    #expect(try tables.devices(of: .number(3)).count == 1)
                    #expect(try tables.member(.number(9), of: .number(1)) == nil)
                    #expect(try tables.member(.number(1), of: .number(1))?.role == .member)
                    #expect(try tables.conversation(.number(7)) == nil)
                    #expect(try tables.dm(between: DMPair(.number(2), .number(3))) == nil)
                    #expect(try tables.row(SettingRow.byName, "a")?.value == nil)
                    #expect(try tables.queueState(of: .number(3)).count == 1)
                    #expect(try tables.accepted(from: .number(1), clientID: .number(3)) == nil)
                    #expect(try tables.accepted(from: .number(1), clientID: .number(2_003)) == nil)
                    #expect(try tables.accepted(from: .number(1), clientID: .number(4)) != nil)
                    #expect(try tables.head(of: .number(1)) == SequenceNumber(40))
                    #expect(try tables.entries(of: .number(1), .newest, limit: 5).isEmpty)
                }
                if isWriter { try await store.write(checksFirst: true, check) } else { try await store.read(check) }
            }
            let queue = try await store.drain(.number(2))
            #expect(queue.compactMap { $0.number?.rawValue } == Array(1...40))
            #expect(queue.map(\.body) == (1...60).filter { !$0.isMultiple(of: 3) }.map { Sample.body($0) })
            #expect(try await store.drain(.number(3)).map(\.body) == [Sample.body(500)])
        }
    }

    @Test("a command sees its own writes and those before it in the batch", arguments: Engine.allCases)
    func seesOwnWrites(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            try await store.write { (tables) throws(Problem) in
                try tables.insertConversation(Sample.group(1))
                for client in 1...9 {
                    let appended = try tables.append(Sample.envelope(client, to: [.number(2)], conversation: 1))
                    #expect(appended.numbers == [QueueNumber(UInt64(client))])
                    let waiting = try tables.envelopes(
                        for: .number(2), after: QueueNumber(0), limit: 20, byteCountMax: 10_000)
                    #expect(waiting.count == client)
                    #expect(try tables.accepted(from: .number(1), clientID: .number(client))?.id == appended.id)
                }
                let entry = try tables.append(Sample.post(10, in: 1))
                #expect(try tables.head(of: .number(1)) == entry.seq)
                #expect(try tables.entries(of: .number(1), .newest, limit: 3).map(\.id) == [entry.id])
                try tables.trimQueue(of: .number(2), through: QueueNumber(8))
                #expect(try tables.queueState(of: .number(2)).count == 1)
                let left = try tables.envelopes(
                    for: .number(2), after: QueueNumber(0), limit: 20, byteCountMax: 10_000)
                #expect(left.map(\.body) == [Sample.body(9)])
            }
        }
    }

    @Test("a query sees everything answered before it", arguments: Engine.allCases)
    func readsOwnWrites(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            for client in 1...200 {
                _ = try await store.append(Sample.envelope(client, to: [.number(2)]))
                let state = try await store.queueState(.number(2))
                #expect(state.head == QueueNumber(UInt64(client)))
                let newest = try await store.read { (tables) throws(Problem) in
                    try tables.envelopes(
                        for: .number(2), after: QueueNumber(UInt64(client - 1)), limit: 5, byteCountMax: 1_000)
                }
                #expect(newest.map(\.body) == [Sample.body(client)])
                if client.isMultiple(of: 3) {
                    try await store.trim(.number(2), through: UInt64(client))
                    #expect(try await store.queueState(.number(2)).count == 0)
                    #expect(try await store.drain(.number(2)).isEmpty)
                }
            }
        }
    }

    @Test("a closed store refuses at once, and closing twice is safe", arguments: Engine.allCases)
    func close(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        let store = try engine.open(in: folder)
        try await store.register(accounts: 1)
        async let one: Void = store.close()
        async let other: Void = store.close()
        _ = await (one, other)
        await store.close()
        await #expect(throws: Problem.self) { try await store.register(accounts: 1) }
        do {
            _ = try await store.read { (tables) throws(Problem) in try tables.row(SettingRow.byName, "a")?.value }
            Issue.record("a query ran on a closed store")
        } catch {
            #expect(error.code == .shuttingDown)
        }
    }

    @Test("what was queued before closing is done", arguments: Engine.allCases)
    func closeCommits(_ engine: Engine) async throws {
        let record = Record()
        try await withStore(engine) { (store) in
            for number in 0..<5_000 {
                store.submit(
                    Command { (tables) throws(Problem) in
                        try tables.put(SettingRow(name: "last", value: Array("\(number)".utf8)))
                    } done: { (outcome) in
                        if case .success = outcome { record.note("done") }
                    })
            }
            await store.close()
        }
        #expect(record.all.count == 5_000)
    }

    @Test("a queue that is full refuses at once, by count and by bytes", arguments: Engine.allCases)
    func overloaded(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let gate = Gate()
            store.submit(Command { (_) throws(Problem) in gate.wait() } done: { (_) in })
            let refused = Record()
            await withCheckedContinuation { (continuation) in
                for number in 0..<70_000 {
                    store.submit(Command(byteCount: 0) { (_) throws(Problem) in } done: { (outcome) in
                        if case .failure(let problem) = outcome {
                            #expect(problem.code == .overloaded)
                            refused.note("count")
                        }
                        if number == 60_000 { continuation.resume() }
                    })
                    if number == 69_999 { gate.open() }
                }
            }
            #expect(refused.all.count >= 4_000)
            try await store.write(checksFirst: true) { (_) throws(Problem) in }

            let second = Gate()
            store.submit(Command { (_) throws(Problem) in second.wait() } done: { (_) in })
            store.submit(Command(byteCount: 200 << 20) { (_) throws(Problem) in } done: { (_) in })
            store.submit(Command(byteCount: 200 << 20) { (_) throws(Problem) in } done: { (outcome) in
                if case .failure(let problem) = outcome { refused.note(problem.code.rawValue) }
            })
            #expect(refused.all.last == ProblemCode.overloaded.rawValue)
            second.open()
            try await store.write(checksFirst: true) { (_) throws(Problem) in }
        }
    }

    @Test("the figures count commits and commands", arguments: Engine.allCases)
    func status(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            for client in 1...5 { _ = try await store.append(Sample.envelope(client, to: [.number(2)])) }
            let status = store.status()
            #expect(status.commands >= 7)
            #expect(status.commits >= 1)
            #expect(status.storedRows == 5)
            #expect(status.damagedRows == 0)
            #expect(status.refusesWrites == nil)
        }
    }
}

/// Holds a thread up until it is opened.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func wait() { semaphore.wait() }
    func open() { semaphore.signal() }
}
