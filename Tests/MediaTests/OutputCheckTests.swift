import TestKit
import Testing

@testable import Media

@Suite("The check of what a worker made")
struct OutputCheckTests {
    private func picture(_ name: String) throws -> Picture {
        Picture(size: PixelSize(width: 96, height: 64), bytes: try Samples.bytes(name))
    }

    private func chunk(_ tag: String, _ body: [UInt8]) -> [UInt8] {
        let count = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
        return Array(tag.utf8) + count + body + (body.count.isMultiple(of: 2) ? [] : [0])
    }

    /// A WebP with more chunks behind its own.
    private func adding(_ chunks: [UInt8], to file: [UInt8]) -> [UInt8] {
        let count = file.count - 8 + chunks.count
        return file[..<4] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + file[8...] + chunks
    }

    @Test("metadata in a WebP is left out, and the picture stays", arguments: [
        "lossy.webp", "alpha.webp", "lossless.webp",
    ])
    func webp(name: String) throws {
        let clean = try OutputCheck.still(try picture(name), as: .webp)
        var dirty = try picture(name)
        let canary = Array("CANARY".utf8)
        let added = ["EXIF", "XMP ", "ICCP", "JUNK"].flatMap { chunk($0, canary) }
        dirty.bytes = adding(added, to: dirty.bytes)
        #expect(try OutputCheck.still(dirty, as: .webp) == clean)
        let text = String(decoding: clean.bytes, as: UTF8.self)
        for word in ["CANARY", "EXIF", "XMP ", "ICCP", "JUNK"] { #expect(!text.contains(word)) }
        let facts = try Probe().look(inMemory: clean.bytes)
        #expect(facts.hasAlpha == (name != "lossy.webp"))
    }

    @Test("metadata in a JPEG is left out, and so is what stands behind its end")
    func jpeg() throws {
        var dirty = try picture("orientation-6.jpg")
        let clean = try OutputCheck.still(dirty, as: .jpeg)
        #expect(!String(decoding: clean.bytes, as: UTF8.self).contains("CANARY"))
        #expect(try Probe().look(inMemory: clean.bytes).orientation == 1)
        dirty.bytes += Array("<script>".utf8)
        #expect(try OutputCheck.still(dirty, as: .jpeg) == clean)
        #expect(try OutputCheck.still(clean, as: .jpeg) == clean)
    }

    @Test("another type or another size than was asked for is refused")
    func wrong() throws {
        for (name, encoding) in [
            ("rgb.png", ThumbnailRequest.Encoding.webp), ("baseline.jpg", .webp), ("lossy.webp", .jpeg),
            ("animated.webp", .webp), ("still.gif", .jpeg), ("still.avif", .webp),
        ] {
            #expect(throws: MediaRefusal.badOutput, "\(name)") {
                try OutputCheck.still(try picture(name), as: encoding)
            }
        }
        var small = try picture("lossy.webp")
        small.size.width = 95
        #expect(throws: MediaRefusal.badOutput) { try OutputCheck.still(small, as: .webp) }
        #expect(throws: MediaRefusal.badOutput) {
            try OutputCheck.animation(try picture("animated.webp"), frameCountMax: 3)
        }
        #expect(throws: MediaRefusal.badOutput) {
            try OutputCheck.animation(try picture("lossy.webp"), frameCountMax: 4)
        }
    }

    @Test("an animation keeps its frames, delays and loops, and nothing else")
    func animation() throws {
        let made = try OutputCheck.animation(try picture("animated.webp"), frameCountMax: 4)
        #expect(try Probe().look(inMemory: made.bytes).frameCount == 4)
        var dirty = try picture("animated.webp")
        dirty.bytes = adding(chunk("XMP ", Array("CANARY".utf8)), to: dirty.bytes)
        #expect(try OutputCheck.animation(dirty, frameCountMax: 4) == made)
    }

    @Test("10,000 mutations are refused, or come out as the picture that was asked for", arguments: [
        ("lossy.webp", ThumbnailRequest.Encoding.webp), ("alpha.webp", .webp), ("baseline.jpg", .jpeg),
        ("progressive.jpg", .jpeg),
    ])
    func mutations(name: String, encoding: ThumbnailRequest.Encoding) throws {
        let bytes = try Samples.bytes(name)
        var dice = SplitMix(seed: 18)
        for _ in 0..<10_000 {
            let mutated = Picture(size: PixelSize(width: 96, height: 64), bytes: Mutation.of(bytes, &dice))
            guard let made = try? OutputCheck.still(mutated, as: encoding) else { continue }
            let facts = try Probe().look(inMemory: made.bytes)
            #expect((facts.width, facts.height) == (96, 64))
            #expect(facts.mediaType == encoding.mediaType)
            #expect(!facts.hasEXIF && !facts.hasProfile && facts.orientation == 1 && facts.trailingByteCount == 0)
        }
    }
}
