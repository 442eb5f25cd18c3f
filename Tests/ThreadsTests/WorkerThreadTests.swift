import Foundation
import TestKit
import Testing

@testable import Threads

@Suite(.timeLimit(.minutes(10))) struct WorkerThreadTests {
    private final class Tracked: Sendable {
        let gone: Guarded<Bool>
        init(_ gone: Guarded<Bool>) { self.gone = gone }
        deinit { gone.withLock { $0 = true } }
    }

    @Test("a thread has its name, and whoever joins it finds it ended and all that it held let go")
    func joining() throws {
        let (name, gone) = (Guarded(""), Guarded(false))
        let thread = {
            let held = Tracked(gone)
            return WorkerThread(joinable: "fifteen-letters") {
                let own = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
                withExtendedLifetime(held) { name.withLock { $0 = own ?? "" } }
            }
        }()
        thread.join()
        #expect(name.withLock { $0 } == "fifteen-letters\n")
        #expect(gone.withLock { $0 })
    }

    @Test("a thread that nobody joins does its work too")
    func detached() async {
        let latch = Latch()
        WorkerThread.start("detached") { latch.open() }
        await latch.wait()
    }

    @Test("a name that the system would cut is our mistake")
    func longName() async {
        await #expect(processExitsWith: .failure) {
            WorkerThread.start("sixteen-letters-") {}
        }
    }
}
