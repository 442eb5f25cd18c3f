import Testing
import Wire

@testable import Server

@Suite struct WaitingHeadsTests {
    private func heads(_ frames: [ServerFrame]) -> [ConversationID: SequenceNumber] {
        var heads: [ConversationID: SequenceNumber] = [:]
        for case .head(let head) in frames { heads[head.conversation] = head.seq }
        return heads
    }

    @Test("one head waits for each conversation, the last, and is taken once")
    func one() {
        let (one, other) = (ConversationID.random(), ConversationID.random())
        var waiting = WaitingHeads()
        #expect(waiting.isEmpty && waiting.byteCount == 0)
        for seq: UInt64 in [3, 7, 5] { waiting.note(one, at: SequenceNumber(seq)) }
        waiting.note(other, at: SequenceNumber(1))
        #expect(waiting.byteCount == 2 * WaitingHeads.byteCount)
        let frames = waiting.taken()
        #expect(frames.count == 2)
        #expect(heads(frames) == [one: SequenceNumber(7), other: SequenceNumber(1)])
        #expect(waiting.isEmpty && waiting.taken().isEmpty)
    }

    @Test("more than are named wait as one notice, and take no memory")
    func many() {
        var waiting = WaitingHeads()
        for _ in 0..<WaitingHeads.countMax { waiting.note(.random(), at: SequenceNumber(1)) }
        let named = waiting
        waiting.note(.random(), at: SequenceNumber(1))
        waiting.note(.random(), at: SequenceNumber(1))
        #expect(!waiting.isEmpty && waiting.byteCount == 0)
        #expect(waiting.taken() == [.notice(.init(topic: .conversationsAhead))])
        #expect(waiting.isEmpty)
        var full = named
        #expect(heads(full.taken()).count == WaitingHeads.countMax)
    }
}
