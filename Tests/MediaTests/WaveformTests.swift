import TestKit
import Testing

@testable import Media

@Suite("Waveforms")
struct WaveformTests {
    private func bytes(_ samples: [Int16]) -> [UInt8] {
        samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private func buckets(_ samples: [Int16], pieces: Int = 1 << 16) -> [UInt8]? {
        var waveform = Waveform()
        let all = bytes(samples)
        for start in stride(from: 0, to: all.count, by: pieces) {
            waveform.take(Array(all[start..<min(all.count, start + pieces)]))
        }
        return waveform.buckets
    }

    @Test("there are a hundred from the first sample on, and none without one")
    func counts() {
        #expect(buckets([]) == nil)
        #expect(buckets([0]) == [UInt8](repeating: 0, count: 100))
        #expect(buckets([.min]) == [UInt8](repeating: 255, count: 100))
        for count in [2, 99, 100, 101, 3199, 3200, 3201, 100_003] {
            #expect(buckets([Int16](repeating: 16_384, count: count)) == [UInt8](repeating: 128, count: 100))
        }
    }

    @Test("a sound that grows, grows from bucket to bucket, however long it is", arguments: [100, 5_000, 777_777])
    func growth(count: Int) throws {
        let found = try #require(buckets((0..<count).map { Int16($0 * 32_767 / count) }))
        for (index, bucket) in found.enumerated() {
            #expect(abs(Int(bucket) - (index + 1) * 255 / 100) <= 4)
        }
    }

    @Test("one loud moment is one loud bucket, where it was")
    func moment() throws {
        var samples = [Int16](repeating: 10, count: 400_000)
        samples[250_000] = .min
        let found = try #require(buckets(samples))
        #expect(found.firstIndex(of: 255) == 62 && found.count { $0 > 0 } == 1)
    }

    @Test("pieces may be cut anywhere, also within a sample")
    func pieces() {
        var dice = SplitMix(seed: 4)
        let samples = (0..<9_999).map { (_) in Int16.random(in: .min ... .max, using: &dice) }
        let whole = buckets(samples)
        for count in [1, 2, 3, 7, 4_095] { #expect(buckets(samples, pieces: count) == whole) }
    }
}
