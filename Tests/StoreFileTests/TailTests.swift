import Testing
import Wire

@testable import Store

@Suite("The tail") struct TailTests {
    @Test("forgetting a queue that was forgotten before leaves the one in its place")
    func forgottenTwice() {
        let tail = Tail(segmentRowCount: 16)
        let address = DeviceAddress(account: .random(), device: DeviceID(1))
        let old = QueueTail(address: address, handle: 1, head: 40, delivered: 40)
        tail.put(old)
        tail.forget([old], [])
        #expect(tail.queues[address] == nil)
        // Somebody writes to the device again: another object, with a number of its own.
        let new = QueueTail(address: address, handle: 1, head: 40, delivered: 40)
        tail.put(new)
        let row = TailRow(
            row: 7, time: Timestamp(milliseconds: 1), sender: nil, conversation: nil, seq: 0, isEntry: false)
        tail.append(row, copies: [TailCopy(queue: new, number: 41, weight: QueueWeight(of: 1, from: nil))], client: nil)
        tail.forget([old], [])
        #expect(tail.queues[address] === new, "or its numbers would be given again")
    }

    @Test("the same for a conversation")
    func forgottenConversation() {
        let tail = Tail(segmentRowCount: 16)
        let id = ConversationID.random()
        let (old, new) = (ConversationTail(id: id, handle: 1, head: 3), ConversationTail(id: id, handle: 1, head: 3))
        tail.put(old)
        tail.forget([], [old])
        tail.put(new)
        tail.forget([], [old])
        #expect(tail.conversations[id] === new)
    }
}
