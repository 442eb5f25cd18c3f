import Foundation
import Testing
import Wire

@testable import Client
@testable import sotto

@Suite struct LineRecordTests {
    private let town = ChatID.conversation(.sample)

    private func line(in chat: ChatID, own: AccountID = .sample, _ make: (inout StoredLine) -> Void) -> Line {
        var stored = StoredLine(author: .sample, device: DeviceID(2))
        make(&stored)
        return Line(stored, at: LinePlace(chat, 7), own: own)
    }

    private func text(_ line: Line, with handle: Handle? = nil) -> String {
        String(decoding: RecordKind.telling(line).line(LineRecord(line, with: handle)), as: UTF8.self)
    }

    @Test("no text has an end of a line or a control character in its record, and reads back as it was")
    func controls() throws {
        let said = "a\u{7F}b\u{80}\u{85}\u{9F}\u{A0}é\u{2027}\u{2028}\u{2029}\u{202A}â€日😀\u{9B}2J\r\n"
        let written = text(line(in: .person(.sample), own: other) { $0.text = said })
        let raw = written.unicodeScalars.filter { (scalar) in
            scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
        }
        #expect(raw.isEmpty, "\(written)")
        #expect(written.contains(#"a\u007fb\u0080\u0085\u009f"#) && written.contains(#"\u2028\u2029"#), "\(written)")
        let read = try JSONDecoder().decode([String: Text].self, from: Data(written.utf8))
        #expect(read["text"]?.value == said)
    }

    /// A field that is a text, or else.
    private struct Text: Decodable {
        let value: String?

        init(from decoder: any Decoder) throws { value = try? String(from: decoder) }
    }

    private let other = AccountID(bytes: SixteenBytes(high: 1, low: 2))

    @Test("a line is written with its event first and the version last")
    func message() {
        let received = line(in: .person(.sample), own: other) { (line) in
            line.text = "hello \u{1B}"
            line.time = Timestamp(milliseconds: 0)
            line.isSenderHidden = true
        }
        let place = ChatID.person(.sample)
        #expect(
            text(received, with: Handle(text: "alice"))
                == #"{"event":"message","chat":"\#(place)","number":7,"origin":"received","handle":"alice","#
                + #""author":"\#(AccountID.sample)","device":2,"text":"hello \u001b","#
                + #""acceptedAt":"1970-01-01T00:00:00.000Z","senderHidden":true,"v":1}"#)
    }

    @Test("a line says where it came from, how far it has come, and by which code it was given up")
    func delivery() {
        func sent(_ make: (inout StoredLine) -> Void) -> LineRecord {
            LineRecord(line(in: .person(.sample), make), with: nil)
        }
        #expect(sent { (_) in }.origin == .synced)
        let queued = sent { $0.progress = .queued }
        #expect(queued.origin == .sent && queued.progress == .queued && queued.code == nil)
        #expect(sent { $0.progress = .withdrawn }.progress == nil)
        let refused = sent { ($0.progress, $0.fileFailure) = (.refused, .cancelled) }
        #expect(refused.progress == .refused && refused.code == "file-cancelled")
        #expect(sent { ($0.progress, $0.problem) = (.refused, .notFound) }.code == "not-found")
        #expect(sent { $0.progress = .refused }.code == "cannot-seal")
        #expect(sent { ($0.progress, $0.hasBadAnswer) = (.refused, true) }.code == "unexpected-answer")
        let post = LineRecord(line(in: town) { $0.progress = .refused }, with: nil)
        #expect(post.code == "unexpected-answer")
    }

    @Test("what cannot be read, is gone, or became another says so")
    func events() {
        let unreadable = line(in: .person(.sample)) { $0.reason = .noSession }
        #expect(text(unreadable).hasPrefix(#"{"event":"unreadable","#))
        #expect(text(unreadable).contains(#""unreadable":"noSession""#))
        #expect(text(line(in: town) { $0.removal = .deleted }).contains(#""removed":"deleted""#))
        let pin = ConversationEvent.messagePin(.init(seq: SequenceNumber(3), isPinned: true))
        let change = line(in: town) { $0.change = pin }
        #expect(text(change).hasPrefix(#"{"event":"change","chat":"\#(town)","#))
        #expect(text(change).contains(#""change":{"what":"pinned","pinnedNumber":3}"#))
        #expect(ChangeRecord(.role(.later, of: .sample)).role == nil)
        #expect(ChangeRecord(.created(.group, name: "town")).kind == .group)
    }

    @Test("without --json no record is made")
    func silence() {
        func never() -> PlaceRecord {
            Issue.record("a record was made")
            return PlaceRecord(town)
        }
        let output = Output(isJSON: false)
        output.print(.left, never())
        output.print(.connected)
    }

    @Test("an error says with which status the program ends, and when to ask again")
    func errors() {
        func text(_ record: ErrorRecord) -> String {
            String(decoding: RecordKind.error.line(record), as: UTF8.self)
        }
        let problem = Problem(.rateLimited, "", retryAfterSeconds: 2)
        let passing = text(ErrorRecord(.refused(problem), exit: nil))
        #expect(passing.hasPrefix(#"{"event":"error","code":"rate-limited","message":""#))
        #expect(passing.hasSuffix(#","retryAfterMs":2000,"passing":true,"v":1}"#))
        #expect(
            text(ErrorRecord(UsageError(message: "What?\u{1B}"), exit: .usage))
                == "{\"event\":\"error\",\"code\":\"usage\",\"message\":\"What?\u{FFFD}\",\"exit\":2,\"v\":1}")
    }
}
