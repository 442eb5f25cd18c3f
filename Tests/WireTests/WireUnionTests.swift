import Testing

@testable import Wire

@Suite struct WireUnionTests {
    private static let client = WireContext(form: .json, refusesUnknownFields: false)
    private static let server = WireContext(form: .json, refusesUnknownFields: true)

    @Test("a client reads a frame of a later version as unknown, a server refuses it")
    func frames() throws {
        let bytes = Array(#"{"t":"hologram","size":3}"#.utf8)
        #expect(try ServerFrame.decode(bytes, in: Self.client) == .unknown(tag: "hologram"))
        #expect(throws: WireError.self) { try ServerFrame.decode(bytes, in: Self.server) }
        #expect(throws: WireError.self) { try ClientFrame.decode(bytes, in: Self.client) }
    }

    @Test("one entry of a later version does not spoil its page")
    func page() throws {
        var later = String(decoding: LogEntry.sample.encoded(as: .json), as: UTF8.self)
        later.replace("\"message.created\"", with: "\"poll.opened\"")
        let now = String(decoding: LogEntry.sample.encoded(as: .json), as: UTF8.self)
        let page = try LogPage.decode(Array("{\"items\":[\(now),\(later)],\"head\":2}".utf8), in: Self.client)
        #expect(page.items.first == LogEntry.sample)
        #expect(page.items.last?.event == .unknown(tag: "poll.opened"))
    }
}
