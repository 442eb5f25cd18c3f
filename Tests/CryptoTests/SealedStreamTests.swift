import Testing

@testable import Crypto

/// Sizes on both sides of every border between chunks.
private let sizes = [
    0, 1, 15, 16, 65_535, 65_536, 65_537, 131_071, 131_072, 197_108,
]

/// Mirrors `SealedStream`.
@Suite struct SealedStreamTests {
    private static let chunk: Int = SealedStream.chunkByteCount

    /// One sealed stream of random bytes, and its key.
    private struct Sample: ~Copyable {
        let plaintext: [UInt8]
        let sealed: [UInt8]
        let key: SealedStream.Key

        init(byteCount: Int) throws {
            plaintext = RandomBytes.make(byteCount: byteCount)
            let key = SealedStream.Key()
            self.key = try SealedStream.Key(key.exportSecret())
            var sealer = SealedStream.Sealer(key: key)
            sealed = sealer.seal(plaintext) + sealer.finish()
        }
    }

    private func opened(_ sealed: [UInt8], _ key: borrowing SealedStream.Key, pieces: Int = .max) -> [UInt8]? {
        var opener = SealedStream.Opener(key: key)
        do throws(AuthenticationFailure) {
            var plaintext: [UInt8] = []
            for start in stride(from: 0, to: sealed.count, by: pieces) {
                plaintext += try opener.open(Array(sealed[start..<min(sealed.count, start.addingCapped(pieces))]))
            }
            return try plaintext + opener.finish()
        } catch {
            return nil
        }
    }

    @Test("what is sealed opens, whole and in pieces of any size", arguments: sizes)
    func roundTrip(byteCount: Int) throws {
        let sample = try Sample(byteCount: byteCount)
        #expect(sample.sealed.count == SealedStream.sealedByteCount(byteCount))
        #expect(SealedStream.plaintextByteCount(sample.sealed.count) == byteCount)
        for pieces in [997, Self.chunk, Self.chunk + 16, Self.chunk + 17, .max] {
            let plaintext = opened(sample.sealed, sample.key, pieces: pieces)
            #expect(plaintext == sample.plaintext)
        }
        var sealer = SealedStream.Sealer(key: try SealedStream.Key(sample.key.exportSecret()))
        var sealed: [UInt8] = []
        for start in stride(from: 0, to: byteCount, by: 1_003) {
            sealed += sealer.seal(Array(sample.plaintext[start..<min(byteCount, start + 1_003)]))
        }
        let last = sealer.finish()
        #expect(sealed + last == sample.sealed)
    }

    @Test("cut off anywhere, lengthened, or with a chunk repeated, dropped or moved, it does not open")
    func damage() throws {
        let sample = try Sample(byteCount: 3 * Self.chunk + 500)
        let whole = Self.chunk + 16
        let chunks = stride(from: 0, to: sample.sealed.count, by: whole).map {
            Array(sample.sealed[$0..<min(sample.sealed.count, $0 + whole)])
        }
        for count in [0, 1, 15, 16, whole - 1, whole, whole + 1, whole + 16, 2 * whole, sample.sealed.count - 1] {
            let isOpened = opened(Array(sample.sealed.prefix(count)), sample.key) != nil
            #expect(!isOpened, "cut off to \(count) bytes")
        }
        for tail in [[0], [UInt8](repeating: 0, count: 16), chunks[3], chunks[0]] {
            let isOpened = opened(sample.sealed + tail, sample.key) != nil
            #expect(!isOpened)
        }
        for order in [[1, 0, 2, 3], [0, 0, 1, 2, 3], [0, 2, 3], [0, 1, 3, 2], [0, 1, 2, 3, 3], [3], [0, 1, 2]] {
            let isOpened = opened(order.flatMap { chunks[$0] }, sample.key) != nil
            #expect(!isOpened, "\(order)")
        }
        let other = SealedStream.Key()
        let isOpened = opened(sample.sealed, other) != nil
        #expect(!isOpened)
    }

    @Test("any bit flipped is noticed", arguments: [0, 1, 70_000])
    func flips(byteCount: Int) throws {
        let sample = try Sample(byteCount: byteCount)
        for bit in stride(from: 0, to: sample.sealed.count * 8, by: max(1, sample.sealed.count / 40)) {
            let isOpened = opened(sample.sealed.flipped(bit), sample.key) != nil
            #expect(!isOpened)
        }
    }

    @Test("after a chunk that is not authentic nothing more opens")
    func broken() throws {
        let sample = try Sample(byteCount: 3 * Self.chunk)
        var opener = SealedStream.Opener(key: sample.key)
        #expect(throws: AuthenticationFailure.self) { _ = try opener.open(sample.sealed.flipped(7)) }
        #expect(throws: AuthenticationFailure.self) { _ = try opener.open(sample.sealed) }
        do throws(AuthenticationFailure) {
            _ = try opener.finish()
            Issue.record("a broken stream has no end")
        } catch {
            #expect(error == AuthenticationFailure())
        }
    }

    @Test("an empty last chunk is for an empty plaintext alone")
    func emptyLastChunk() throws {
        let key = SealedStream.Key()
        var sealed = [UInt8](repeating: 0, count: Self.chunk + 32)
        sealed.withUnsafeMutableBytes { sealed in
            let plaintext = [UInt8](repeating: 7, count: Self.chunk)
            plaintext.withUnsafeBytes {
                key.seal($0, number: 0, isLast: false, into: .init(rebasing: sealed[..<(Self.chunk + 16)]))
            }
            let empty = UnsafeRawBufferPointer(start: nil, count: 0)
            key.seal(empty, number: 1, isLast: true, into: .init(rebasing: sealed[(Self.chunk + 16)...]))
        }
        let isOpened = opened(sealed, key) != nil
        #expect(!isOpened && SealedStream.plaintextByteCount(sealed.count) == nil)
    }

    @Test("sizes that no stream has are refused")
    func falseSizes() {
        let whole = Self.chunk + 16
        for size in [-1, 0, 1, 15, whole + 1, whole + 16, 2 * whole + 16] {
            #expect(SealedStream.plaintextByteCount(size) == nil)
        }
        #expect(SealedStream.plaintextByteCount(16) == 0)
        #expect(SealedStream.plaintextByteCount(whole + 17) == Self.chunk + 1)
        #expect(throws: LengthError.self) { _ = try SealedStream.Key(.random(byteCount: 31)) }
    }

    @Test("any part opens without the rest", arguments: sizes)
    func seeking(byteCount: Int) throws {
        let sample = try Sample(byteCount: byteCount)
        var generator = SystemRandomNumberGenerator()
        let seeker = SealedStream.Seeker(key: sample.key, sealedByteCount: sample.sealed.count)
        let found = try take(seeker)
        #expect(found.plaintextByteCount == byteCount)
        for round in 0..<40 {
            let from = round == 0 ? 0 : Int.random(in: 0...byteCount, using: &generator)
            let range = from..<(round == 0 ? byteCount : Int.random(in: from...byteCount, using: &generator))
            let sealedRange = found.sealedRange(of: range) ?? 0..<0
            let part = try found.open(range, from: Array(sample.sealed[sealedRange]))
            #expect(part == Array(sample.plaintext[range]), "\(range) of \(byteCount)")
        }
        for range in [-1..<1, 0..<(byteCount + 1)] {
            let sealedRange = found.sealedRange(of: range)
            #expect(sealedRange == nil)
            #expect(throws: AuthenticationFailure.self) { _ = try found.open(range, from: sample.sealed) }
        }
    }

    @Test("a part from another place, of another size, or under a false total does not open")
    func falseParts() throws {
        let sample = try Sample(byteCount: 3 * Self.chunk + 500)
        let whole = Self.chunk + 16
        let seeker = try take(SealedStream.Seeker(key: sample.key, sealedByteCount: sample.sealed.count))
        let second = Array(sample.sealed[whole..<(2 * whole)])
        #expect(throws: AuthenticationFailure.self) { _ = try seeker.open(0..<10, from: second) }
        #expect(throws: AuthenticationFailure.self) { _ = try seeker.open(70_000..<70_010, from: [0] + second) }
        #expect(throws: AuthenticationFailure.self) {
            _ = try seeker.open(70_000..<70_010, from: Array(second.dropLast()))
        }
        let shorter = try take(SealedStream.Seeker(key: sample.key, sealedByteCount: 2 * whole))
        #expect(throws: AuthenticationFailure.self) { _ = try shorter.open(70_000..<70_010, from: second) }
        let longer = try take(SealedStream.Seeker(key: sample.key, sealedByteCount: 5 * whole))
        let last = Array(sample.sealed[(3 * whole)...]) + [UInt8](repeating: 0, count: whole - 516)
        #expect(throws: AuthenticationFailure.self) {
            _ = try longer.open((3 * Self.chunk)..<(3 * Self.chunk + 9), from: last)
        }
        let none = SealedStream.Seeker(key: sample.key, sealedByteCount: whole + 16)
        let isRefused = none == nil
        #expect(isRefused)
    }

    private func take(_ seeker: consuming SealedStream.Seeker?) throws -> SealedStream.Seeker {
        guard let seeker else { throw AuthenticationFailure() }
        return seeker
    }
}

extension Int {
    /// The sum, or the largest number when it is larger than that.
    fileprivate func addingCapped(_ other: Int) -> Int {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }
}
