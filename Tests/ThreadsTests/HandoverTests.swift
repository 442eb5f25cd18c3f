import TestKit
import Testing

@testable import Threads

@Suite(.timeLimit(.minutes(10))) struct HandoverTests {
    @Test("what another thread gives arrives, whether the one who waits sleeps already or not yet")
    func arriving() async {
        // At once, so that some are resumed before they have suspended.
        for number in 0..<200 {
            let numbers: [Int] = await handedOver { (handover) in
                WorkerThread.start("giver") { handover.resume(returning: Array(repeating: number, count: 10)) }
            }
            #expect(numbers == Array(repeating: number, count: 10))
        }
        let here: String = await handedOver { (handover) in handover.resume(returning: "here") }
        #expect(here == "here")
    }
}
