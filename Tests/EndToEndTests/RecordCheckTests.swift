import Testing
import Wire

@testable import sotto

@Suite struct RecordCheckTests {
    private func sample<Value: PrintedRecord>(_ event: String, _ record: Value.Type) -> String {
        String(decoding: RecordKind<Value>("", event: event).line(Value.sample), as: UTF8.self)
    }

    @Test("a line of every event is read and written the same")
    func samples() {
        let lines = RecordCatalogue.all.map { sample($0.event, $0.record) + "\n" }
        #expect(RecordCheck.failures(in: lines.joined()) == [])
        #expect(RecordCheck.failures(in: "") == [])
        // Also what a sender wrote to a terminal.
        #expect(RecordCheck.failures(in: #"{"event":"linkCode","linkCode":"\u001b","v":1}"# + "\n") == [])
    }

    private static let faulty: [(line: String, reason: String)] = [
        ("[]", "not one object"),
        ("Hello.", "not one object"),
        ("", "not one object"),
        (#"{"event":"frob","v":1}"#, "no event"),
        (#"{"v":1,"event":"idle"}"#, "no event"),
        (#"{"event":"idle"}"#, "version"),
        (#"{"event":"idle","v":2}"#, "version"),
        (#"{"event":"idle","more":1,"v":1}"#, "more not a field"),
        (#"{"event":"pinned","chat":"@AAAAAAAAAAAAAAAAAAAAAA","v":1}"#, "number required"),
        (#"{"event":"pinned","chat":"AAAAAAAAAAAAAAAAAAAAAA","number":1,"v":1}"#, "chat must be"),
        (#"{"event":"pinned","chat":"@AAAAAAAAAAAAAAAAAAAAAA","number":"1","v":1}"#, "number must be"),
        (#"{"event":"pinned","number":1,"chat":"@AAAAAAAAAAAAAAAAAAAAAA","v":1}"#, "is not written"),
        (#"{"event":"linkCode", "linkCode":"x","v":1}"#, "is not written"),
    ]

    @Test("what does not fit is found", arguments: faulty)
    func faults(line: String, reason: String) throws {
        let failures = RecordCheck.failures(in: line + "\n")
        try #require(failures.count == 1)
        #expect(failures[0].contains(reason), "\(failures[0])")
    }

    @Test("a line that does not end is found")
    func cut() { #expect(RecordCheck.failures(in: #"{"event":"idle","v":1}"#).count == 1) }
}
