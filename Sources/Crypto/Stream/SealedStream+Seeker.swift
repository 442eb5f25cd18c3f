extension SealedStream {
    /// Opens any part of a stream without the rest, when its size is known.
    ///
    /// The size must come from whom the key comes from: that the stream ends there is checked only when a part that
    /// touches the last chunk is opened.
    public struct Seeker: ~Copyable, Sendable {
        private let key: Key
        /// Bytes in the whole plaintext.
        public let plaintextByteCount: Int
        private let sealedByteCount: Int

        /// `nil` for a size that no stream has.
        public init?(key: borrowing Key, sealedByteCount: Int) {
            guard let plaintextByteCount = SealedStream.plaintextByteCount(sealedByteCount) else { return nil }
            self.key = key.duplicate()
            self.plaintextByteCount = plaintextByteCount
            self.sealedByteCount = sealedByteCount
        }

        /// Which sealed bytes hold the plaintext `range`: whole chunks. `nil` unless `range` lies within the plaintext.
        public borrowing func sealedRange(of range: Range<Int>) -> Range<Int>? {
            guard range.lowerBound >= 0, range.upperBound <= plaintextByteCount else { return nil }
            guard !range.isEmpty else { return 0..<0 }
            let first = range.lowerBound / chunkByteCount
            let last = (range.upperBound - 1) / chunkByteCount
            return (first * sealedChunkByteCount)..<min((last + 1) * sealedChunkByteCount, sealedByteCount)
        }

        /// The plaintext `range`, out of the bytes that ``sealedRange(of:)`` names.
        /// - Throws: ``AuthenticationFailure``, for bytes of another size too.
        public borrowing func open(
            _ range: Range<Int>, from sealed: [UInt8]
        ) throws(AuthenticationFailure) -> [UInt8] {
            guard let sealedRange = sealedRange(of: range), sealed.count == sealedRange.count else {
                throw AuthenticationFailure()
            }
            guard !range.isEmpty else { return [] }
            let first = sealedRange.lowerBound / sealedChunkByteCount
            let chunkCount = (sealed.count + sealedChunkByteCount - 1) / sealedChunkByteCount
            let byteCount = sealed.count - chunkCount * tagByteCount
            var isAuthentic = true
            let plaintext = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
                let output = UnsafeMutableRawBufferPointer(buffer)
                sealed.withUnsafeBytes { sealed in
                    for index in 0..<chunkCount where isAuthentic {
                        isAuthentic = open(index, of: sealed, number: first + index, into: output)
                    }
                }
                count = isAuthentic ? byteCount : 0
            }
            guard isAuthentic else { throw AuthenticationFailure() }
            let start = range.lowerBound - first * chunkByteCount
            return Array(plaintext[start..<(start + range.count)])
        }

        /// Opens chunk `index` of those at hand, which is `number` in the stream.
        private borrowing func open(
            _ index: Int, of sealed: UnsafeRawBufferPointer, number: Int,
            into output: UnsafeMutableRawBufferPointer
        ) -> Bool {
            let start = index * sealedChunkByteCount
            let end = min(start + sealedChunkByteCount, sealed.count)
            let chunk = UnsafeRawBufferPointer(rebasing: sealed[start..<end])
            let plainStart = index * chunkByteCount
            let plain = output[plainStart..<(plainStart + chunk.count - tagByteCount)]
            return key.open(
                chunk, number: UInt64(number), isLast: (number + 1) * sealedChunkByteCount >= sealedByteCount,
                into: UnsafeMutableRawBufferPointer(rebasing: plain))
        }
    }
}
