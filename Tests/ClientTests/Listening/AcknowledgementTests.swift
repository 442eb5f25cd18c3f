import Testing
import Wire

@testable import Client

@Suite("Acknowledgement")
struct AcknowledgementTests {
    @Test("the first of a few waits a moment, the others go with it")
    func gathering() {
        var acknowledgement = Acknowledgement()
        #expect(acknowledgement.taken(QueueNumber(5)) == .waitAMoment)
        #expect(acknowledgement.taken(QueueNumber(6)) == .nothing)
        #expect(acknowledgement.due() == Delivered(through: QueueNumber(6)))
        #expect(acknowledgement.due() == nil)
        #expect(acknowledgement.taken(QueueNumber(7)) == .waitAMoment)
    }

    @Test("many are not kept waiting")
    func many() {
        var acknowledgement = Acknowledgement()
        var sent: [Delivered] = []
        for number in 1...100 {
            if case .send(let delivered) = acknowledgement.taken(QueueNumber(UInt64(number))) { sent.append(delivered) }
        }
        #expect(sent == [32, 64, 96].map { Delivered(through: QueueNumber($0)) })
        #expect(acknowledgement.due() == Delivered(through: QueueNumber(100)))
    }

    @Test("an older number does not take anything back")
    func older() {
        var acknowledgement = Acknowledgement()
        _ = acknowledgement.taken(QueueNumber(9))
        _ = acknowledgement.taken(QueueNumber(3))
        #expect(acknowledgement.due() == Delivered(through: QueueNumber(9)))
    }
}
