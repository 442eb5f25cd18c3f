import TestKit
import Testing

@testable import Media

@Suite("What ffprobe says")
struct StreamFactsTests {
    private func facts(_ lines: String...) throws(MediaRefusal) -> StreamFacts {
        try StreamFacts(Array(lines.joined(separator: "\n").utf8))
    }

    private func picture(_ lines: String...) throws(MediaRefusal) -> PixelSize? {
        let all = ["codec_type=\"video\""] + lines
        return try StreamFacts(Array(all.map { "streams.stream.0.\($0)\n" }.joined().utf8)).picture?.size
    }

    @Test("streams, sizes and duration are read")
    func whole() throws {
        let facts = try facts(
            "streams.stream.0.index=0", "streams.stream.0.codec_type=\"audio\"",
            "streams.stream.1.index=1", "streams.stream.1.codec_type=\"video\"", "streams.stream.1.width=64",
            "streams.stream.1.height=48", "streams.stream.1.disposition.attached_pic=1",
            "streams.stream.2.index=2", "streams.stream.2.codec_type=\"video\"", "streams.stream.2.width=32",
            "streams.stream.2.height=16", "streams.stream.2.side_data_list.side_data.0.rotation=-90",
            "format.duration=\"2.500400\"")
        #expect(facts.durationMilliseconds == 2500 && facts.sound == 0)
        // A cover is no picture of the video, however large.
        #expect(facts.picture == .init(index: 2, size: PixelSize(width: 16, height: 32), isTurned: true))
    }

    @Test("pixels that are no squares are made so, quarter turns turn, other angles do not")
    func shown() throws {
        func shown(_ ratio: String) throws(MediaRefusal) -> PixelSize? {
            try picture("width=720", "height=576", "sample_aspect_ratio=\"\(ratio)\"")
        }
        #expect(try shown("16:11") == .init(width: 1047, height: 576))
        #expect(try shown("1:2") == .init(width: 720, height: 1152))
        for ratio in ["0:1", "1:1", "1:99", "99999999999999999999:1", "x", "-1:1"] {
            #expect(try shown(ratio) == .init(width: 720, height: 576))
        }
        #expect(try picture("width=9", "height=8", "s.rotation=270") == .init(width: 8, height: 9))
        #expect(try picture("width=9", "height=8", "s.rotation=45") == .init(width: 9, height: 8))
    }

    @Test("nothing is known where nothing is said")
    func unknown() throws {
        for duration in ["N/A", "0.0", "-1", "nan", "inf", "1e300"] {
            #expect(try facts("format.duration=\"\(duration)\"").durationMilliseconds == nil)
        }
        #expect(try picture("width=0", "height=48") == nil)
        #expect(try facts("").sound == nil)
    }

    @Test("what is no answer, or above a bound, is refused")
    func refusals() {
        for line in [
            "hello", "=", "streams.stream.32.index=1", "streams.stream.-1.index=1", "streams.stream.0.index=99",
            "format.duration=\"a b\"", "a=\u{1B}[2J", "a=" + String(repeating: "1", count: 65),
        ] {
            #expect(throws: MediaRefusal.badOutput, "\(line)") { try facts(line, "format.duration=\"1.0\"") }
        }
        #expect(throws: MediaRefusal.tooLarge(.side)) { try picture("width=16385", "height=1") }
        #expect(throws: MediaRefusal.tooLarge(.pixels)) { try picture("width=16384", "height=16384") }
    }

    @Test("mutations are read or refused, and none traps")
    func mutations() {
        let text = "streams.stream.0.codec_type=\"video\"\nstreams.stream.0.width=64\nstreams.stream.0.height=48\n"
            + "streams.stream.0.sample_aspect_ratio=\"4:3\"\nstreams.stream.0.s.0.rotation=90\n"
            + "format.duration=\"2.0\"\n"
        var dice = SplitMix(seed: 5)
        for _ in 0..<10_000 {
            guard let facts = try? StreamFacts(Mutation.of(Array(text.utf8), &dice)) else { continue }
            #expect((facts.picture?.size.width ?? 1) > 0 && (facts.durationMilliseconds ?? 1) > 0, "seed 5")
        }
    }
}
