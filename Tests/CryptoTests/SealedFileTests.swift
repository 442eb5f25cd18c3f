import Testing

@testable import Crypto

@Suite struct SealedFileTests {
    /// What was uploaded for a file, and what its pointer says.
    private struct Upload: ~Copyable {
        let file: [UInt8]
        var sealed: [UInt8]
        let key: SealedStream.Key
        let summary: SealedFile.Summary

        init(byteCount: Int) throws {
            // Its end is not to be taken for padding.
            file = Array(RandomBytes.make(byteCount: byteCount).dropLast()) + (byteCount > 0 ? [1] : [])
            let key = SealedStream.Key()
            let again = try SealedStream.Key(key.exportSecret())
            var sealer = SealedFile.Sealer(key: key)
            var uploaded: [UInt8] = []
            for start in stride(from: 0, to: byteCount, by: 50_000) {
                uploaded += try sealer.seal(Array(file[start..<min(byteCount, start + 50_000)]))
            }
            summary = sealer.finish { uploaded += $0 }
            sealed = uploaded
            self.key = again
        }
    }

    private func opened(
        _ sealed: [UInt8], _ key: borrowing SealedStream.Key, _ summary: SealedFile.Summary
    ) throws(SealedFile.Failure) -> [UInt8] {
        var opener = SealedFile.Opener(key: key, summary: summary)
        var file: [UInt8] = []
        for start in stride(from: 0, to: sealed.count, by: 30_000) {
            file += try opener.open(Array(sealed[start..<min(sealed.count, start + 30_000)]))
        }
        return try file + opener.finish()
    }

    @Test("a file comes back as it was, and its sealed size is that of its bucket", arguments: [
        0, 1, 1_023, 1_024, 1_025, 65_535, 65_536, 65_537, 300_000, 4_194_305,
    ])
    func roundTrip(byteCount: Int) throws {
        let upload = try Upload(byteCount: byteCount)
        #expect(upload.summary.byteCount == byteCount)
        #expect(upload.summary.sealedByteCount == upload.sealed.count)
        #expect(upload.summary.digest == SHA256.hash(upload.sealed))
        let file = try opened(upload.sealed, upload.key, upload.summary)
        #expect(file == upload.file)
    }

    @Test("opening goes on behind chunks that were opened before, wherever it stopped", arguments: [
        1_000, 65_535, 65_536, 65_537, 131_072, 200_000, 262_144,
    ])
    func resumed(byteCount: Int) throws {
        let upload = try Upload(byteCount: byteCount)
        let resumable = SealedFile.resumableByteCount(upload.summary)
        #expect(resumable <= byteCount && resumable < SealedFile.paddedByteCount(byteCount))
        #expect(resumable + 65_536 > byteCount - 1 || resumable + 65_536 >= SealedFile.paddedByteCount(byteCount))
        for front in stride(from: 0, through: resumable, by: 65_536) {
            var opener = SealedFile.Opener(key: upload.key, summary: upload.summary)
            // In two calls where there are two chunks.
            let first = min(front, 65_536)
            let offset = try opener.resume(with: Array(upload.file[..<first]))
                + opener.resume(with: Array(upload.file[first..<front]))
            #expect(offset == front / 65_536 * 65_552)
            let rest = try opener.open(Array(upload.sealed[offset...]))
            let last = try opener.finish()
            #expect(Array(upload.file[..<front]) + rest + last == upload.file)
        }
    }

    @Test("a front that is not what was opened is noticed in the end, and one that cannot be at once")
    func badFront() throws {
        let upload = try Upload(byteCount: 300_000)
        var opener = SealedFile.Opener(key: upload.key, summary: upload.summary)
        let offset = try opener.resume(with: Array(upload.file[..<65_536]).flipped(12_345))
        _ = try opener.open(Array(upload.sealed[offset...]))
        expectNotAuthentic(opener)
        for count in [1, 65_535, 327_680] {
            var opener = SealedFile.Opener(key: upload.key, summary: upload.summary)
            let front = [UInt8](repeating: 0, count: count)
            #expect(throws: SealedFile.Failure.notAuthentic) { try opener.resume(with: front) }
        }
        var begun = SealedFile.Opener(key: upload.key, summary: upload.summary)
        _ = try begun.open(Array(upload.sealed[..<10]))
        #expect(throws: SealedFile.Failure.notAuthentic) { try begun.resume(with: []) }
    }

    private func expectNotAuthentic(_ opener: consuming SealedFile.Opener) {
        var failure: SealedFile.Failure?
        do { _ = try opener.finish() } catch { failure = error }
        #expect(failure == .notAuthentic)
    }

    @Test("another digest, another size or another ciphertext is refused")
    func refused() throws {
        let upload = try Upload(byteCount: 100_000)
        let digest = upload.summary.digest
        for (byteCount, digest) in [
            (100_000, digest.flipped(3)), (99_999, digest), (105_000, digest), (0, digest), (200_000, digest),
        ] {
            let summary = try #require(SealedFile.Summary(byteCount: byteCount, digest: digest))
            expectRefused(upload.sealed, upload.key, summary)
        }
        expectRefused(upload.sealed.flipped(1_000), upload.key, upload.summary)
        expectRefused(Array(upload.sealed.dropLast()), upload.key, upload.summary)
        expectRefused([], upload.key, upload.summary)
    }

    @Test("padding that is not zeros is refused, in a middle chunk and in the last")
    func falsePadding() throws {
        for (byteCount, place) in [(4_194_305, 4_194_305), (4_194_305, 4_325_375), (1_025, 1_025), (0, 1_023)] {
            var plaintext = [UInt8](repeating: 0, count: SealedFile.paddedByteCount(byteCount))
            plaintext[place] = 1
            let key = SealedStream.Key()
            let again = try SealedStream.Key(key.exportSecret())
            var sealer = SealedStream.Sealer(key: key)
            let sealed = sealer.seal(plaintext) + sealer.finish()
            let summary = try #require(SealedFile.Summary(byteCount: byteCount, digest: SHA256.hash(sealed)))
            expectRefused(sealed, again, summary)
        }
    }

    @Test("a size that is not the bucket's is refused, even of a stream that is whole")
    func falseBucket() throws {
        for byteCount in [1_000, 2_000, 70_000] {
            let key = SealedStream.Key()
            let again = try SealedStream.Key(key.exportSecret())
            var sealer = SealedStream.Sealer(key: key)
            let sealed = sealer.seal([UInt8](repeating: 0, count: byteCount)) + sealer.finish()
            let summary = try #require(SealedFile.Summary(byteCount: 900, digest: SHA256.hash(sealed)))
            expectRefused(sealed, again, summary)
        }
    }

    private func expectRefused(
        _ sealed: [UInt8], _ key: borrowing SealedStream.Key, _ summary: SealedFile.Summary
    ) {
        do throws(SealedFile.Failure) {
            _ = try opened(sealed, key, summary)
            Issue.record("what the pointer does not name opens")
        } catch {
            #expect(error == .notAuthentic)
        }
    }

    @Test("buckets never shrink, hold what goes in, and cost an eighth at most")
    func buckets() {
        var last = 0
        for byteCount in Array(0...70_000) + (20...60).flatMap({ [1 << $0 - 1, 1 << $0, 1 << $0 + 1] }) {
            let padded = SealedFile.paddedByteCount(byteCount)
            #expect(padded >= byteCount && padded >= last && padded >= SealedFile.paddedByteCountMin)
            if byteCount > 1_024 { #expect(padded - byteCount <= byteCount / 8) }
            #expect(SealedFile.paddedByteCount(padded) == padded)
            last = padded
        }
        #expect(SealedFile.paddedByteCount(SealedFile.byteCountMax) == SealedFile.byteCountMax)
        #expect(Set((0...1_000_000).map(SealedFile.paddedByteCount)).count < 256)
    }

    @Test("a pointer outside the bounds is refused")
    func bounds() {
        let digest = [UInt8](repeating: 0, count: 32)
        #expect(SealedFile.Summary(byteCount: -1, digest: digest) == nil)
        #expect(SealedFile.Summary(byteCount: SealedFile.byteCountMax + 1, digest: digest) == nil)
        #expect(SealedFile.Summary(byteCount: 0, digest: [0] + digest) == nil)
        #expect(SealedFile.Summary(byteCount: SealedFile.byteCountMax, digest: digest) != nil)
    }

    @Test("a file above the bound is refused as soon as it is above it")
    func tooLong() throws {
        var sealer = SealedFile.Sealer(key: SealedStream.Key())
        sealer.byteCount = SealedFile.byteCountMax - 1
        _ = try sealer.seal([1])
        #expect(throws: SealedFile.Failure.tooLong) { _ = try sealer.seal([1]) }
    }

    @Test("an upload that fails stops the sealing")
    func failedUpload() throws {
        do throws(SealedFile.Failure) {
            let sealer = SealedFile.Sealer(key: SealedStream.Key())
            _ = try sealer.finish { (_: [UInt8]) throws(SealedFile.Failure) in throw .tooLong }
            Issue.record("the failure is passed on")
        } catch {
            #expect(error == .tooLong)
        }
    }
}
