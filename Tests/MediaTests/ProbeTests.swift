import TestKit
import Testing

@testable import Media

@Suite("The probe")
struct ProbeTests {
    struct Expected: Sendable {
        let name: String
        let type: String
        var frames = 1
        var traits: Set<String> = []
    }

    static let table: [Expected] = [
        Expected(name: "alpha.png", type: "image/png", traits: ["alpha"]),
        Expected(name: "alpha.webp", type: "image/webp", traits: ["alpha"]),
        Expected(name: "animated.gif", type: "image/gif", frames: 4, traits: ["alpha"]),
        Expected(name: "animated.webp", type: "image/webp", frames: 4),
        Expected(name: "baseline.jpg", type: "image/jpeg", traits: ["profile"]),
        Expected(name: "cmyk.jpg", type: "image/jpeg"),
        Expected(name: "grey.png", type: "image/png"),
        Expected(name: "interlaced.png", type: "image/png", traits: ["interlaced"]),
        Expected(name: "lossless.webp", type: "image/webp", traits: ["alpha"]),
        Expected(name: "lossy.webp", type: "image/webp", traits: ["exif", "profile", "turned"]),
        Expected(name: "progressive.jpg", type: "image/jpeg", traits: ["interlaced"]),
        Expected(name: "rgb.png", type: "image/png", traits: ["exif", "profile"]),
        Expected(name: "still.avif", type: "image/avif", traits: ["exif", "profile"]),
        Expected(name: "still.gif", type: "image/gif"),
        Expected(name: "still.heic", type: "image/heif", traits: ["exif", "profile"]),
        Expected(name: "orientation-8.jpg", type: "image/jpeg", traits: ["exif", "turned"]),
    ]

    @Test("it reads what each format says of itself", arguments: table)
    func facts(expected: Expected) throws {
        let facts = try Probe().look(at: Samples.media(Samples.folder + expected.name))
        #expect(facts.mediaType == expected.type)
        #expect((facts.width, facts.height) == (96, 64))
        #expect(facts.frameCount == expected.frames)
        var traits: Set<String> = []
        if facts.hasAlpha { traits.insert("alpha") }
        if facts.hasProfile { traits.insert("profile") }
        if facts.hasEXIF { traits.insert("exif") }
        if facts.isInterlaced { traits.insert("interlaced") }
        if facts.orientation != 1 { traits.insert("turned") }
        #expect(traits == expected.traits)
    }

    @Test("the orientation is read as it was written", arguments: 1...8)
    func orientation(value: Int) throws {
        #expect(try Probe().look(at: Samples.media(Samples.folder + "orientation-\(value).jpg")).orientation == value)
    }

    @Test("a HEIF of tiles, as phones write it, has the size of the whole")
    func tiles() throws {
        let facts = try Probe().look(inMemory: Samples.bytes("grid.heic"))
        #expect((facts.width, facts.height) == (128, 128))
        #expect(facts.memoryByteCount < 128 * 128 * 10)
    }

    @Test("links of a HEIF are counted, however few boxes hold them, and one to nowhere is refused")
    func links() throws {
        func box(_ type: String, _ body: [UInt8]) -> [UInt8] {
            let size = UInt32(body.count + 8)
            return (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + Array(type.utf8) + body
        }
        func read(_ owners: [UInt8], _ limits: MediaLimits = MediaLimits()) -> (count: Int, refusal: MediaRefusal?) {
            let bytes = box("meta", [0, 0, 0, 0] + box("iprp", owners))
            var (reader, items, budget) = (ProbeReader(bytes), HEIFItems(limits: limits), HEIFProbe.boxCountMax)
            do throws(MediaRefusal) {
                let meta = try Box.read(&reader, at: 0, limit: bytes.count)
                try items.read(&reader, meta, &budget)
            } catch {
                return (items.linkCount, error)
            }
            return (items.linkCount, nil)
        }
        let head: [UInt8] = [0, 0, 0, 0, 0, 0, 0x10, 0]
        let flood = (0..<4096).flatMap { (_) in [0, 1, 255] + [UInt8](repeating: 1, count: 255) }
        let limits = MediaLimits()
        let linked = box("ipma", head + flood), entries = box("ipma", head + (0..<4096).flatMap { (_) in [0, 1, 0] })
        #expect(read(linked + linked) == (limits.linkCountMax, .tooLarge(.links)))
        #expect(read((0..<20).flatMap { (_) in entries }) == (limits.linkCountMax, .tooLarge(.links)))
        #expect(read((0..<16).flatMap { (_) in entries }) == (limits.linkCountMax, nil))
        let far = box("ipma", [0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0x20, 1])
        #expect(read(far) == (2, .malformed(.header)))
    }

    @Test("a file and the same bytes in memory are read alike", arguments: Samples.names)
    func sources(name: String) throws {
        let fromFile = try Probe().look(at: Samples.media(Samples.folder + name))
        #expect(try Probe().look(inMemory: Samples.bytes(name)) == fromFile)
    }

    @Test("a size above the bounds is refused by the head alone")
    func lies() throws {
        func refusal(_ name: String, _ change: (inout [UInt8]) -> Void) throws -> MediaRefusal? {
            var bytes = try Samples.bytes(name)
            change(&bytes)
            do throws(MediaRefusal) { _ = try Probe().look(inMemory: bytes) } catch { return error }
            return nil
        }
        #expect(try refusal("rgb.png") { $0.replaceSubrange(16..<24, with: [0, 0, 0x40, 0, 0, 0, 0x40, 0]) }
            == .tooLarge(.pixels))
        #expect(try refusal("interlaced.png") { $0.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0]) }
            == .tooLarge(.interlacedPixels))
        #expect(try refusal("rgb.png") { $0.replaceSubrange(16..<20, with: [0, 0, 0, 0]) } == .empty)
        #expect(try refusal("rgb.png") { $0.replaceSubrange(16..<20, with: [255, 255, 255, 255]) } == .tooLarge(.side))
        #expect(try refusal("rgb.png") { $0.replaceSubrange(24..<26, with: [16, 6]) } == nil)
        #expect(try refusal("still.gif") { $0.replaceSubrange(6..<10, with: [255, 255, 255, 255]) }
            == .tooLarge(.pixels))
        #expect(try refusal("still.gif") { $0.replaceSubrange(6..<8, with: [1, 0]) } == .malformed(.frame))
        #expect(try refusal("lossless.webp") { $0.replaceSubrange(21..<25, with: [255, 255, 255, 0x0F]) }
            == .tooLarge(.pixels))
    }

    @Test("a name says nothing: what is on no list is refused", arguments: [
        "%PDF-1.7 aaaaaaaaaa", "<svg xmlns='http://www.w3.org/2000/svg'/>", "II*\0aaaaaaaaaaaa", "BMaaaaaaaaaaaaaa",
        "P6 1 1 255 aaaaaaaa", "", "GIF88aaaaaaaaaaaaa", "RIFFaaaaAVI aaaaaaaa", "    fytpisomaaaaaaaaaa",
    ])
    func strangers(text: String) {
        #expect(throws: MediaRefusal.unknownFormat) { try Probe().look(inMemory: Array(text.utf8)) }
    }

    @Test("every cut of every sample is refused, or read as what the whole is", arguments: Samples.names)
    func cuts(name: String) throws {
        let bytes = try Samples.bytes(name)
        let whole = try Probe().look(inMemory: bytes)
        for count in 0..<bytes.count {
            guard let facts = try? Probe().look(inMemory: Array(bytes.prefix(count))) else { continue }
            #expect(count > 8, "nothing is known of \(count) bytes")
            #expect(facts.width == whole.width && facts.height == whole.height, "\(count) bytes")
            #expect(facts.frameCount <= whole.frameCount, "\(count) bytes")
        }
    }

    @Test("10,000 mutations of every sample are read or refused within the bounds", arguments: Samples.names)
    func mutations(name: String) throws {
        let bytes = try Samples.bytes(name)
        var dice = SplitMix(seed: 2013)
        let limits = MediaLimits()
        for _ in 0..<10_000 {
            let mutated = Mutation.of(bytes, &dice)
            guard let facts = try? Probe(limits: limits).look(inMemory: mutated) else { continue }
            #expect(facts.width > 0 && facts.height > 0 && facts.pixelCount <= limits.pixelCountMax)
            #expect(facts.frameCount <= limits.frameCountMax && facts.memoryByteCount <= limits.memoryByteCountMax)
            #expect((1...8).contains(facts.orientation))
        }
    }

    @Test("a pipe, a folder and a missing file are not read")
    func files() {
        for path in ["/dev/null", "/", "/nowhere/at/all"] {
            #expect(throws: MediaRefusal.unreadable) { try ReadOnlyFile(path: path) }
        }
    }
}
