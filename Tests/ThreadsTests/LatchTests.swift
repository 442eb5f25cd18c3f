import TestKit
import Testing

@testable import Threads

@Suite(.timeLimit(.minutes(10))) struct LatchTests {
    @Test("all who wait go on when it opens, and who comes later does not wait")
    func opening() async {
        let latch = Latch()
        let through = Guarded(0)
        await withTaskGroup(of: Void.self) { (group) in
            for _ in 0..<20 {
                group.addTask {
                    await latch.wait()
                    through.withLock { $0 += 1 }
                }
            }
            group.addTask {
                for _ in 0..<5 { await Task.yield() }
                #expect(through.withLock { $0 } == 0)
                latch.open()
                latch.open()
            }
        }
        #expect(through.withLock { $0 } == 20)
        await latch.wait()
        await latch.waitUnlessCancelled()
    }

    @Test("who is cancelled goes on and is forgotten, before or while it waits; the others wait on")
    func cancelling() async {
        let latch = Latch()
        let patient = Task { await latch.wait() }
        let steady = Task { await latch.waitUnlessCancelled() }
        for _ in 0..<20 {
            let waiting = Task { await latch.waitUnlessCancelled() }
            while latch.waitingCount < 3 { await Task.yield() }
            patient.cancel()
            waiting.cancel()
            await waiting.value
            #expect(latch.waitingCount == 2)
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                await latch.waitUnlessCancelled()
            }
            await late.value
            #expect(latch.waitingCount == 2)
        }
        latch.open()
        await patient.value
        await steady.value
        #expect(latch.waitingCount == 0)
    }
}
