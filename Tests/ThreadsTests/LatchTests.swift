import TestKit
import Testing

@testable import Threads

@Suite(.timeLimit(.minutes(1))) struct LatchTests {
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
    }
}
