import Testing
import Wire

@testable import sotto_bench

@Suite("What the ledger reads without decoding")
struct PeekTests {
    private static let time = Timestamp(milliseconds: 1 << 40)
    private static let account = AccountID.random()
    private static let body = Array("00000000000000ff".utf8) + [UInt8](repeating: 0x78, count: 484)

    private func reading<Value>(
        _ frame: ServerFrame, _ read: (UnsafeRawBufferPointer) throws -> Value
    ) rethrows -> Value {
        try frame.encoded(as: .cbor).withUnsafeBytes(read)
    }

    @Test("each tag is told from the others", arguments: [
        (ServerFrame.accepted(.init(clientID: .random(), id: MessageID(1), time: Self.time)), Peek.Tag.accepted),
        (.envelope(.init(
            number: nil, id: MessageID(1), time: Self.time, sender: nil, kind: .message, body: [1])), .envelope),
        (.queueEmpty(.init(through: QueueNumber(1))), .queueEmpty), (.pong(.init(stamp: 1)), .pong),
        (.goaway(.init(reason: "x", retryAfterMilliseconds: 1)), .other),
        (.error(.init(problem: Problem(.malformed, "x"))), .other),
    ])
    func tags(frame: ServerFrame, tag: Peek.Tag) {
        #expect(reading(frame) { Peek.tag($0) } == tag)
    }

    @Test("the count of an accepted message is the second half of its client id")
    func accepted() {
        let clientID = ClientID(bytes: SixteenBytes(high: 7, low: 0x0102_0304_0506_0708))
        let frame = ServerFrame.accepted(
            .init(clientID: clientID, id: MessageID(1 << 62), time: Self.time, seq: SequenceNumber(3)))
        #expect(reading(frame) { Peek.acceptedCount($0) } == 0x0102_0304_0506_0708)
    }

    @Test("number and mark of an envelope are found", arguments: [1, 23, 24, 255, 256, 65_536, 1 << 32] as [UInt64])
    func envelope(number: UInt64) {
        let frame = ServerFrame.envelope(
            .init(
                number: QueueNumber(number), id: MessageID(1), time: Self.time,
                sender: DeviceAddressPayload(DeviceAddress(account: Self.account, device: DeviceID(1))), kind: .message,
                conversation: .random(), seq: SequenceNumber(number), body: Self.body))
        #expect(reading(frame) { Peek.envelopeNumber($0) } == number)
        #expect(reading(frame) { Peek.mark($0, bodyByteCount: 500) } == 255)
    }

    @Test("seq and mark of an event are found", arguments: [1, 24, 70_000] as [UInt64])
    func event(seq: UInt64) {
        let message = ConversationEvent.Message(
            clientID: .random(), text: String(decoding: Self.body, as: UTF8.self), body: nil)
        let frame = ServerFrame.event(
            .init(
                conversation: .random(), seq: SequenceNumber(seq), id: MessageID(1), time: Self.time,
                sender: DeviceAddressPayload(DeviceAddress(account: Self.account, device: DeviceID(1))),
                event: .message(message)))
        #expect(reading(frame) { Peek.tag($0) } == .event)
        #expect(reading(frame) { Peek.eventSeq($0) } == seq)
        #expect(reading(frame) { Peek.mark($0, bodyByteCount: 500) } == 255)
    }

    @Test("a refusal ends the measurement, and a pong does not")
    func others() throws {
        let refusal = ServerFrame.refused(.init(clientID: .random(), problem: Problem(.rateLimited, "x")))
        #expect(throws: BenchError.self) { try reading(refusal) { try Peek.other($0) } }
        try reading(.pong(.init(stamp: 1))) { try Peek.other($0) }
    }

    @Test("bytes cut at any length are read as nothing or as another frame, and never trap")
    func cut() {
        let frame = ServerFrame.envelope(
            .init(
                number: QueueNumber(70_000), id: MessageID(1), time: Self.time, sender: nil, kind: .message,
                body: Self.body))
        let bytes = frame.encoded(as: .cbor)
        for count in bytes.indices {
            bytes[..<count].withUnsafeBytes { (part) in
                #expect([.envelope, .other].contains(Peek.tag(part)), "\(count)")
                #expect([nil, 70_000].contains(Peek.envelopeNumber(part)), "\(count)")
                #expect([nil, 255].contains(Peek.mark(part, bodyByteCount: 500)), "\(count)")
                #expect(Peek.eventSeq(part) == nil && Peek.acceptedCount(part) == nil, "\(count)")
            }
        }
    }
}
