import TestKit
import Testing
import Transport
import Wire

@testable import Server

@Suite(.timeLimit(.minutes(10))) struct AcceptFieldTests {
    @Test(
        "the heavier form wins, then the one named more exactly, else JSON",
        arguments: [
            ("", WireForm.json), ("*/*", .json), ("application/*", .json), ("text/html", .json),
            ("application/cbor", .cbor), ("APPLICATION/CBOR", .cbor), ("application/cbor, */*", .cbor),
            ("application/cbor, application/*", .cbor), ("application/json, application/cbor", .json),
            ("application/cbor, application/json", .json), ("application/json;q=0, application/cbor", .cbor),
            ("application/json;q=0.5, application/cbor;q=0.501", .cbor), ("application/cbor;q=0", .json),
            ("application/cbor;q=0, */*", .json), ("application/cbor; q=0.000, application/*;q=0.1", .json),
            ("application/json;q=0", .json), ("application/json;q=0, */*", .cbor), ("*/*;q=0", .json),
            ("application/cbor;q=0.9, */*;q=0.8", .cbor), ("application/cbor;q=0.1, */*", .json),
            ("application/*;q=0.2, application/json;q=0.1, */*", .cbor),
        ])
    func form(accepted: String, form: WireForm) {
        #expect(AcceptField([accepted]).form == form)
    }

    @Test(
        "a range that does not read says nothing, and what stands in quotes parts nothing",
        arguments: [
            ("application/cbor;q=2", WireForm.json), ("application/cbor;q=1.001", .json),
            ("application/cbor;q=0.0001", .json), ("application/cbor;q=", .json), ("application/cbor;q=-1", .json),
            ("application/cborg", .json), ("application/cbor/x", .json), ("cbor", .json), ("*/cbor", .json),
            ("application/cbor;q=high, application/json", .json), ("text/plain;a=\", application/cbor\"", .json),
            ("text/plain;a=\"\\\",\", application/cbor", .cbor), ("application/cbor;v=\";q=0\"", .cbor),
            ("application/cbor ; q=1. , text/html", .cbor), ("application/cbor;v=1;Q=0", .json),
        ])
    func malformed(accepted: String, form: WireForm) {
        #expect(AcceptField([accepted]).form == form)
    }

    @Test("a field of more than 1,000 bytes, in however many lines, says nothing")
    func long() {
        let asked = "application/cbor"
        let blanks = String(repeating: ",", count: AcceptField.byteCountMax - asked.utf8.count)
        #expect(AcceptField([blanks + asked]).form == .cbor)
        #expect(AcceptField([blanks + "," + asked]).form == .json)
        #expect(AcceptField([blanks, ",", asked]).form == .json)
        #expect(HTTPFront.matches("\"a\", " + blanks, "\"a\""))
        #expect(!HTTPFront.matches("\"a\"" + String(repeating: ",", count: AcceptField.byteCountMax), "\"a\""))
    }

    @Test("a field that stands twice is one list")
    func lines() {
        #expect(AcceptField(["application/json;q=0.5", "application/cbor"]).form == .cbor)
        #expect(AcceptField([]).form == .json)
    }

    @Test("an answer comes in the form that was asked for, and a refusal too")
    func answers() async throws {
        try await PartsHouse.run { (house) in
            let api = APIClient(port: house.port)
            func mediaType(_ target: String, _ lines: String...) async throws -> String? {
                try await api.raw("GET", target, headers: lines.map { ("Accept", $0) }).headers["content-type"]
            }
            let refusing = "application/cbor;q=0, application/json"
            let (time, nowhere) = ("/v1/time", "/v1/nowhere")
            var found = [try await mediaType(time, refusing)]
            found.append(try await mediaType(time, "application/json;q=0.1", "application/cbor"))
            #expect(found == ["application/json", "application/cbor"])
            found = [try await mediaType(nowhere, refusing), try await mediaType(nowhere, "application/cbor")]
            #expect(found == ["application/problem+json", "application/cbor"])
        }
    }
}
