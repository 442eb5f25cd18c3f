import Testing
import Wire

@testable import Client

@Suite("Messages that are known")
struct KnownMessageTests {
    @Test("one reads back with the place of its line, and without one", arguments: [nil, 1, UInt64.max])
    func reading(number: UInt64?) throws {
        let known = KnownMessage(at: number.map { LinePlace(.person(.sample), $0) })
        let context = WireContext(form: .cbor, refusesUnknownFields: true)
        #expect(try KnownMessage.decode(known.encoded(as: .cbor), in: context) == known)
    }
}
