import Foundation
import Testing

@testable import Wire

@Suite struct CatalogueTests {
    @Test("every record and union in the sources is in the catalogue, once")
    func complete() throws {
        let room = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Wire")
        let declaration = /(?:struct|enum|extension) (\w+): [^{]*\bWire(?:Record|Union)\b/
        var declared: [String] = []
        let files = try #require(FileManager.default.enumerator(at: room, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for line in text.split(separator: "\n") {
                if let match = line.firstMatch(of: declaration) { declared.append(String(match.1)) }
            }
        }
        // Nothing never crosses the wire. Pages are there with each of their items.
        let named = Catalogue.all.map(\.typeName).filter { !$0.hasPrefix("Page<") }
        let all = declared.filter { !["WireRecord", "WireUnion", "UnknownRecord", "Nothing"].contains($0) }
        #expect(all.sorted() == named.sorted())
    }

    @Test("every value reads back as itself, in both forms and for both readers", arguments: Catalogue.all)
    func roundTrip(specimen: Specimen) throws {
        for index in 0..<specimen.valueCount {
            for form in WireForm.allCases {
                let bytes = specimen.encode(index, form)
                #expect(try specimen.matches(bytes, .server(form)).contains(index))
                #expect(try specimen.matches(bytes, .client(form)).contains(index))
            }
        }
    }

    @Test("no value reads back when it is cut short", arguments: Catalogue.all)
    func cut(specimen: Specimen) {
        for form in WireForm.allCases {
            let bytes = specimen.encode(0, form)
            for count in 0..<bytes.count {
                let error = #expect(throws: WireError.self) {
                    try specimen.rewrite(Array(bytes.prefix(count)), .server(form))
                }
                guard case .malformed = error?.reason else {
                    Issue.record("cut to \(count) bytes of \(form) it is \(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test("no value reads back when something is glued to it", arguments: Catalogue.all)
    func glued(specimen: Specimen) {
        for form in WireForm.allCases {
            let bytes = specimen.encode(0, form)
            let more = form == .cbor ? "more bytes after the end" : "more text after the end"
            for tail in [[0], bytes, Array("{}".utf8), [0xFF]] {
                #expect(throws: malformed(bytes.count, more)) { try specimen.rewrite(bytes + tail, .server(form)) }
            }
        }
    }

    /// Each bit of the small ones; of the large ones, about a thousand spread evenly.
    @Test("with any bit flipped it is refused, or reads as something that holds", arguments: Catalogue.all)
    func flipped(specimen: Specimen) throws {
        for form in WireForm.allCases {
            let bytes = specimen.encode(0, form)
            let bitCount = bytes.count * 8
            for bit in stride(from: 0, to: bitCount, by: max(1, bitCount / 1001)) {
                var flipped = bytes
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let again = try? specimen.rewrite(flipped, .client(form)) else { continue }
                #expect(try specimen.rewrite(again, .client(form)) == again, "bit \(bit) of \(form)")
                do throws(WireError) {
                    let strict = try specimen.rewrite(again, .server(form))
                    #expect(strict == again, "bit \(bit) of \(form)")
                } catch {
                    // Only a word may be more than a server knows, and a case that does not read any more is left
                    // with its tag alone: both are of a later version. And who reads takes any text.
                    let isLater = error.explanation.hasPrefix("must be one of ") || error.reason == .missing
                    let isOfText = error.explanation.hasPrefix("must hold no control characters")
                    #expect(isLater || isOfText, "bit \(bit) of \(form): \(error)")
                }
            }
        }
    }

    @Test("random bytes are refused or read, never trapped on")
    func noise() throws {
        let seed: UInt64 = 0x50_77_70
        var generator = SeededGenerator(seed: seed)
        for round in 0..<20_000 {
            let count = Int.random(in: 0...64, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for form in WireForm.allCases {
                guard let value = try? WireValue.parse(bytes, as: form) else { continue }
                #expect(
                    try WireValue.parse(value.encoded(as: form), as: form) == value, "seed \(seed), round \(round)")
            }
        }
    }

    @Test("a null stands for an absent field and nothing else", arguments: Catalogue.all)
    func nulls(specimen: Specimen) throws {
        guard case .record(_, let fields) = specimen.schema else { return }
        let whole = try WireValue.parse(specimen.encode(0, .cbor), as: .cbor)
        guard case .map(let entries) = whole else { return }
        for field in fields {
            let holed = entries.map { $0.key == field.key ? WireValue.Entry(key: $0.key, value: .null) : $0 }
            guard holed != entries else { continue }
            let bytes = WireValue.map(holed).encoded(as: .cbor)
            if field.isRequired {
                #expect(throws: WireError(path: field.key, .missing)) { try specimen.rewrite(bytes, .server(.cbor)) }
            } else {
                _ = try specimen.rewrite(bytes, .server(.cbor))
            }
        }
    }
}
