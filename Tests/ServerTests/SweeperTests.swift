import TestKit
import Testing
import Transport

@testable import Server

@Suite(.timeLimit(.minutes(10))) struct SweeperTests {
    @Test("a sweep begins at once, and the next one when the last has ended; none begins after the end")
    func again() async {
        let (begun, tell) = AsyncStream<Int>.makeStream()
        let counts = Guarded((begun: 0, underWay: 0, most: 0))
        let sweeper = Sweeper(on: TestLoops.loop, every: .milliseconds(1)) {
            let number = counts.withLock { (counts) in
                counts.begun += 1
                counts.underWay += 1
                counts.most = max(counts.most, counts.underWay)
                return counts.begun
            }
            await Task.yield()
            counts.withLock { $0.underWay -= 1 }
            tell.yield(number)
        }
        await sweeper.start()
        for await number in begun where number == 3 { break }
        await sweeper.stop()
        // The last one ends meanwhile.
        await later()
        let countThen = counts.withLock { $0.begun }
        await sweeper.start()
        await later()
        #expect(counts.withLock { $0.begun } == countThen)
        #expect(counts.withLock { $0.most } == 1)
    }

    /// Many intervals later.
    private func later() async {
        await withCheckedContinuation { (later) in
            TestLoops.loop.schedule(after: .milliseconds(20)) { later.resume() }
        }
    }

    @Test("a sweep that is under way hears of the end")
    func cancelled() async {
        let (heard, tell) = AsyncStream<Bool>.makeStream()
        let sweeper = Sweeper(on: TestLoops.loop, every: .seconds(60)) {
            tell.yield(false)
            while !Task.isCancelled { await Task.yield() }
            tell.yield(true)
        }
        await sweeper.start()
        for await isEnd in heard {
            if isEnd { break }
            await sweeper.stop()
        }
    }
}
