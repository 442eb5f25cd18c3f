import Testing

@testable import Transport

@Suite("Event loops")
struct EventLoopTests {
    private func withGroup<Value>(
        _ count: Int = 1, _ body: (EventLoopGroup) async throws -> Value
    ) async rethrows -> Value {
        let group = EventLoopGroup(count: count)
        defer { group.shutdown() }
        return try await body(group)
    }

    @Test("closures run on the loop, in the order they were given")
    func order() async {
        await withGroup { group in
            let loop = group.loops[0]
            let seen = Journal<Int>()
            for index in 0..<1000 { loop.execute { seen.add(loop.isCurrent ? index : -1) } }
            #expect(await seen.wait(1000) == Array(0..<1000))
            #expect(!loop.isCurrent)
        }
    }

    @Test("perform runs at once on the loop, and soon from elsewhere")
    func perform() async {
        await withGroup { group in
            let loop = group.loops[0]
            let seen = Journal<Int>()
            loop.perform {
                loop.execute { seen.add(3) }
                loop.perform { seen.add(1) }
                seen.add(2)
            }
            #expect(await seen.wait(3) == [1, 2, 3])
        }
    }

    @Test("nothing given from many threads is lost")
    func manyThreads() async {
        await withGroup { group in
            let loop = group.loops[0]
            let counted = Counted()
            await withTaskGroup(of: Void.self) { tasks in
                for _ in 0..<4 {
                    tasks.addTask {
                        for _ in 0..<5000 { loop.execute { counted.value += 1 } }
                    }
                }
            }
            let total = await withCheckedContinuation { done in loop.execute { done.resume(returning: counted.value) } }
            #expect(total == 20_000)
        }
    }

    @Test("timers fire in the order they are due, and a cancelled one never")
    func timers() async {
        await withGroup { group in
            let loop = group.loops[0]
            let seen = Journal<Int>()
            loop.execute {
                loop.schedule(after: .milliseconds(60)) { seen.add(3) }
                let cancelled = loop.schedule(after: .milliseconds(30)) { seen.add(-1) }
                loop.schedule(after: .milliseconds(20)) { seen.add(2) }
                loop.schedule(after: .zero) { seen.add(1) }
                loop.schedule(after: .seconds(-1)) { cancelled.cancel() }
                loop.schedule(after: .milliseconds(10)) { cancelled.cancel() }
            }
            #expect(await seen.wait(3) == [1, 2, 3])
        }
    }

    @Test("a task that prefers the loop runs there from its first line to its last")
    func prefersLoop() async {
        await withGroup { group in
            let loop = group.loops[0]
            let places = await withCheckedContinuation { done in
                loop.execute {
                    Task.immediate(executorPreference: loop) {
                        var places = [loop.isCurrent]
                        await Task.yield()
                        places.append(loop.isCurrent)
                        places.append(await Resident(loop: loop).isHome())
                        await withCheckedContinuation { later in loop.execute { later.resume() } }
                        places.append(loop.isCurrent)
                        done.resume(returning: places)
                    }
                }
            }
            #expect(places == [true, true, true, true])
        }
    }

    @Test("an actor can live on the loop")
    func actorHome() async {
        await withGroup(2) { group in
            let residents = group.loops.map { Resident(loop: $0) }
            for resident in residents { #expect(await resident.isHome()) }
            group.loops[0].execute { residents[0].assumeIsolated { $0.assertIsolated() } }
        }
    }

    @Test("a group shuts down twice, and with timers and closures pending")
    func shutdown() async {
        let group = EventLoopGroup(count: 2)
        let ran = Journal<Int>()
        for loop in group.loops {
            loop.schedule(after: .seconds(3600)) { ran.add(-1) }
            for number in 0..<100 { loop.execute { ran.add(number) } }
        }
        group.shutdown()
        group.shutdown()
        #expect(ran.all.sorted() == (0..<200).map { $0 / 2 }, "every closure once, and no timer")
    }

    @Test("closures given to a loop that has stopped still run, one at a time, and timers do not")
    func afterlife() async {
        let group = EventLoopGroup(count: 1)
        group.shutdown()
        let loop = group.loops[0]
        let seen = Journal<Int>()
        loop.schedule(after: .zero) { seen.add(-1) }
        loop.perform { loop.execute { seen.add(1) } }
        #expect(seen.all == [1])
        await #expect(throws: TransportError.closedLocally) {
            _ = try await HTTPClientConnection.connect(host: "127.0.0.1", port: 1, on: loop)
        }
    }
}

private actor Resident {
    private let loop: EventLoop
    init(loop: EventLoop) { self.loop = loop }
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    func isHome() async -> Bool {
        await Task.yield()
        return loop.isCurrent
    }
}

/// Belongs to the loop of its test.
private final class Counted: @unchecked Sendable {
    var value = 0
}
