import Testing

@testable import Client

/// Owns a source, as a client does.
private actor AccountOwner {
    let source = Source<Int>()
    var value = 0

    nonisolated var observed: Observed<Int> { Observed { [self] in await watch() } }

    private func watch() -> AsyncStream<Int> {
        source.watch(value) { [weak self] (watcher) in Task { await self?.forget(watcher) } }
    }

    private func forget(_ watcher: UInt64) { source.forget(watcher) }

    func set(_ values: Int...) {
        for value in values {
            self.value = value
            source.set(value)
        }
    }

    func finish() { source.finish() }

    /// Once the last watcher is forgotten.
    func quiet() async { while source.isWatched { await Task.yield() } }
}

@Suite("A value that is watched")
struct ObservedTests {
    @Test("each watcher gets the value as it is, then the newest; what lies between is skipped, what is equal not told")
    func newest() async {
        let owner = AccountOwner()
        var early = owner.observed.makeAsyncIterator()
        #expect(await early.next() == 0)
        await owner.set(1, 2, 3)
        var late = owner.observed.makeAsyncIterator()
        #expect(await late.next() == 3)
        #expect(await early.next() == 3)
        await owner.set(3, 4)
        #expect(await early.next() == 4)
        #expect(await late.next() == 4)
    }

    @Test("a value that comes back before a watcher has looked is no other one for it")
    func back() async {
        let owner = AccountOwner()
        var values = owner.observed.makeAsyncIterator()
        #expect(await values.next() == 0)
        await owner.set(1, 0)
        await owner.set(2)
        #expect(await values.next() == 2)
        await owner.set(3, 2)
        await owner.finish()
        #expect(await values.next() == nil)
    }

    @Test("it ends for all when it is over, after what was told last")
    func end() async {
        let owner = AccountOwner()
        var first = owner.observed.makeAsyncIterator()
        var second = owner.observed.makeAsyncIterator()
        #expect(await first.next() == 0)
        #expect(await second.next() == 0)
        await owner.set(1)
        await owner.finish()
        #expect(await first.next() == 1)
        #expect(await first.next() == nil)
        #expect(await second.next() == 1)
        #expect(await second.next() == nil)
    }

    @Test("a watcher whose task is cancelled ends, is forgotten, and keeps nobody else from watching")
    func cancelled() async {
        let owner = AccountOwner()
        let (begun, beginning) = AsyncStream<Void>.makeStream()
        let watching = Task {
            var seen: [Int] = []
            for await value in owner.observed {
                seen.append(value)
                beginning.finish()
            }
            return seen
        }
        for await _ in begun {}
        watching.cancel()
        #expect(await watching.value == [0])
        await owner.quiet()
        var other = owner.observed.makeAsyncIterator()
        #expect(await other.next() == 0)
    }
}
