import TestKit
import Testing

@testable import Media

@Suite("Heads of recordings")
struct RecordingFactsTests {
    @Test("duration and size are read from the head", arguments: [
        ("clip.mp4", RecordingFormat.mp4), ("clip.webm", .webm),
    ])
    func facts(name: String, format: RecordingFormat) throws {
        let facts = try Probe().lookAtRecording(Samples.media(Samples.folder + name))
        #expect(facts.format == format)
        #expect(facts.size == PixelSize(width: 160, height: 120))
        #expect((1900...2200).contains(facts.durationMilliseconds ?? 0))
    }

    @Test("no video becomes a thumbnail, and no image is a video")
    func strangers() throws {
        for name in ["clip.mp4", "clip.webm"] {
            #expect(throws: MediaRefusal.unsupported(.recording)) { try Probe().look(inMemory: Samples.bytes(name)) }
        }
        for name in Samples.names {
            let reader = try ProbeReader(Samples.bytes(name))
            #expect(throws: MediaRefusal.unknownFormat) { try Probe().lookAtRecording(reader) }
        }
    }

    @Test("10,000 mutations are read or refused, and none traps", arguments: ["clip.mp4", "clip.webm"])
    func mutations(name: String) throws {
        let bytes = try Samples.bytes(name)
        var dice = SplitMix(seed: 12)
        for _ in 0..<10_000 {
            // The heads stand at both ends of the file.
            let mutated = Mutation.of(Array(bytes.prefix(600)), &dice) + Mutation.of(Array(bytes.suffix(2500)), &dice)
            guard let facts = try? Probe().lookAtRecording(ProbeReader(mutated)) else { continue }
            #expect((facts.size?.width ?? 1) > 0 && (facts.durationMilliseconds ?? 0) >= 0)
        }
        for count in 0..<min(2000, bytes.count) {
            _ = try? Probe().lookAtRecording(ProbeReader(Array(bytes.prefix(count))))
        }
    }
}
