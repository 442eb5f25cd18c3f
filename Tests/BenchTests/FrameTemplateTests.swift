import Testing
import Wire

@testable import sotto_bench

@Suite("Frames that are encoded once")
struct FrameTemplateTests {
    @Test("each use is a whole masked frame with the next client id and mark")
    func counts() throws {
        let recipient = BenchAccount(id: .random(), registration: try #require(RegistrationID(5)), accessToken: "")
        let template = try FrameTemplate(to: recipient, bodyByteCount: 500)
        var outbox: [UInt8] = []
        template.append(1, to: &outbox)
        let byteCount = outbox.count
        template.append(0xabc, to: &outbox)
        #expect(outbox.count == 2 * byteCount)
        #expect(outbox[0] == 0x82 && outbox[1] == 0xFE && Array(outbox[4..<8]) == [0, 0, 0, 0])
        #expect(Int(outbox[2]) << 8 | Int(outbox[3]) == byteCount - 8)

        let context = WireContext(form: .cbor, refusesUnknownFields: true)
        let first = try ClientFrame.decode(Array(outbox[8..<byteCount]), in: context)
        let second = try ClientFrame.decode(Array(outbox[(byteCount + 8)...]), in: context)
        guard case .send(let one) = first, case .send(let other) = second else {
            Issue.record("they are no sends")
            return
        }
        #expect(one.to == recipient.id)
        #expect(one.request.clientID.bytes.high == other.request.clientID.bytes.high)
        #expect(one.request.clientID.bytes.low == 1)
        #expect(other.request.clientID.bytes.low == 0xabc)
        #expect(other.request.copies.first?.body.starts(with: Array("0000000000000abc".utf8)) == true)
        #expect(other.request.copies.first?.body.count == 500)
    }
}
