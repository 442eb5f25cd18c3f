import Testing
import Wire

@testable import Store

@Suite("Log records")
struct LogRecordTests {
    private static let sender = address(1)
    private static let draft = EnvelopeDraft(
        time: Timestamp(milliseconds: 1_795_000_000_000), sender: sender,
        clientID: .init(bytes: .init(high: 5, low: 6)), kind: .call, isUrgent: true,
        conversation: ConversationID(bytes: .init(high: 7, low: 8)),
        copies: (0..<3).map {
            .init(recipient: address(UInt64($0)), body: [UInt8](repeating: UInt8($0), count: $0 * 50))
        })

    private static func address(_ number: UInt64) -> DeviceAddress {
        DeviceAddress(account: AccountID(bytes: SixteenBytes(high: 9, low: number)), device: DeviceID(4))
    }

    private static func record(_ draft: EnvelopeDraft = draft) -> [UInt8] {
        var writer = RecordWriter()
        let numbers = (0..<3).map { QueueNumber(100 + $0) }
        return [UInt8](writer.record(
                draft, row: 77, at: Moment(number: 31, chain: 32), seq: SequenceNumber(12), numbers: numbers))
    }

    @Test("a send comes out as it went in")
    func envelopes() throws {
        try Self.record().withUnsafeBytes { (bytes) in
            let record = try #require(LogRecord(bytes, row: 77))
            #expect(record.clientID == Self.draft.clientID)
            #expect(record.sender == Self.sender)
            #expect(record.seq == SequenceNumber(12))
            #expect(record.moment == Moment(number: 31, chain: 32))
            for (index, copy) in Self.draft.copies.enumerated() {
                let envelope = try #require(record.envelope(for: copy.recipient, number: UInt64(100 + index)))
                #expect(envelope.body == copy.body)
                #expect(envelope.kind == .call)
                #expect(envelope.isUrgent)
                #expect(envelope.conversation == Self.draft.conversation)
                #expect(record.envelope(for: copy.recipient, number: 99) == nil)
            }
            #expect(record.envelope(for: Self.address(8), number: 100) == nil)
            #expect(record.entry == nil)
            #expect(LogRecord(bytes, row: 78) == nil)
        }
    }

    @Test("a commitment comes out as it went in, and a send without a sender names nobody")
    func commitment() throws {
        var draft = Self.draft
        draft.commitment = [UInt8](0..<32)
        draft.sender = nil
        draft.kind = .sealed
        let bytes = Self.record(draft)
        #expect(bytes.count == Self.record().count + 32)
        try bytes.withUnsafeBytes { (bytes) in
            let record = try #require(LogRecord(bytes, row: 77))
            #expect(record.sender == nil && record.clientID == nil)
            for (index, copy) in draft.copies.enumerated() {
                let envelope = try #require(record.envelope(for: copy.recipient, number: UInt64(100 + index)))
                #expect(envelope.body == copy.body)
                #expect(envelope.commitment == draft.commitment)
                #expect(envelope.sender == nil && envelope.kind == .sealed)
            }
        }
        try Self.record().withUnsafeBytes { (bytes) in
            let record = try #require(LogRecord(bytes, row: 77))
            #expect(record.commitment == nil)
        }
    }

    @Test("no flipped bit and no cut is taken for a record")
    func damage() {
        var bytes = Self.record()
        for bit in 0..<bytes.count * 8 {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(bytes.withUnsafeBytes { LogRecord($0, row: 77) } == nil)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        for count in 0..<bytes.count {
            #expect(bytes[..<count].withUnsafeBytes { LogRecord($0, row: 77) } == nil)
        }
    }

    @Test("codes of kinds are there for every kind, once")
    func kinds() {
        #expect(Set(EnvelopeKind.allCases.map(\.code)).count == EnvelopeKind.allCases.count)
        #expect(EnvelopeKind(code: EnvelopeKind.later.code) == nil)
        for kind in EnvelopeKind.known { #expect(EnvelopeKind(code: kind.code) == kind) }
        #expect(EnvelopeKind(code: 200) == nil)
    }
}
