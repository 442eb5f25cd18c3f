import Foundation
import Testing

@testable import Wire

/// Holds the published descriptions and samples against what the types print.
///
/// After a deliberate change of the protocol, write them anew with
/// `SOTTO_UPDATE=1 swift test --filter DescriptionTests` and read the difference: a sample that changed is a
/// message that older clients no longer read.
@Suite struct DescriptionTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    private static let schemas = [ClientFrame.schema, ServerFrame.schema] + Catalogue.all.map(\.schema)

    private func hold(_ path: String, to text: String) throws {
        let file = Self.root.appending(path: path).standardizedFileURL
        if ProcessInfo.processInfo.environment["SOTTO_UPDATE"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let published = try? String(contentsOf: file, encoding: .utf8)
        // Compared outside the macro, which would print both texts whole.
        let isSame = published == text
        #expect(isSame, "\(path) is not what the types print; see the comment on this suite")
    }

    @Test("docs/protocol/sotto.cddl is what the types print")
    func cddl() throws {
        let head = """
            ; The messages of Sotto in CBOR (RFC 8949), as CDDL (RFC 8610). Printed from the types in Sources/Wire.
            ;
            ; Maps have definite length and text keys, each once. A field marked ? may also be null, which is the same
            ; as absent. A server refuses fields that are not listed here; a client skips them.


            """
        try hold("docs/protocol/sotto.cddl", to: head + CDDL.text(for: Self.schemas))
    }

    @Test("docs/protocol/schemas.json is what the types print")
    func schemas() throws {
        let document = WireValue.object(["components": .object(["schemas": JSONSchema.components(for: Self.schemas)])])
        try hold("docs/protocol/schemas.json", to: document.indented() + "\n")
    }

    @Test("docs/protocol/asyncapi.json is what the frames print")
    func asyncAPI() throws {
        try hold("docs/protocol/asyncapi.json", to: AsyncAPI.document(version: "1").indented() + "\n")
    }

    @Test("fixtures/wire/samples.json is what the catalogue encodes to")
    func samples() throws {
        let lines = Catalogue.all.flatMap { (specimen) in
            (0..<specimen.valueCount).map { (index) in
                let cbor = specimen.encode(index, .cbor).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                let json = String(decoding: specimen.encode(index, .json), as: UTF8.self)
                return #"{"type":"\#(specimen.schema.name ?? "")","cbor":"\#(cbor)","json":\#(json)}"#
            }
        }
        try hold("fixtures/wire/samples.json", to: "[\n" + lines.joined(separator: ",\n") + "\n]\n")
    }
}
