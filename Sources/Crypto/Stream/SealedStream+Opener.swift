extension SealedStream {
    /// Opens one stream from its beginning, piece by piece, keeping one chunk in memory.
    ///
    /// What it gives is authentic at once, but only ``finish()`` says that nothing is missing. After it threw, it opens
    /// nothing more. Owner: whoever made it.
    public struct Opener: ~Copyable, Sendable {
        private let key: Key
        private var number: UInt64 = 0
        /// Ciphertext that may yet be the last chunk: never more than a whole one.
        private var pending: [UInt8] = []
        private var isBroken = false

        /// Nothing opened yet.
        public init(key: borrowing Key) { self.key = key.duplicate() }

        /// Takes in `piece`, of any size, and gives the plaintext of the chunks that are complete now: nothing, or
        /// about as many bytes as came in.
        /// - Throws: ``AuthenticationFailure``; the plaintext of this piece is then lost.
        public mutating func open(_ piece: [UInt8]) throws(AuthenticationFailure) -> [UInt8] {
            guard !isBroken else { throw AuthenticationFailure() }
            let chunkCount = max(0, pending.count + piece.count - 1) / sealedChunkByteCount
            var isAuthentic = true
            let plaintext = piece.withUnsafeBytes { piece in
                var rest = piece
                let plaintext = [UInt8](unsafeUninitializedCapacity: chunkCount * chunkByteCount) { buffer, count in
                    let output = UnsafeMutableRawBufferPointer(buffer)
                    for index in 0..<chunkCount where isAuthentic {
                        let start = index * chunkByteCount
                        isAuthentic = openChunk(
                            &rest, into: .init(rebasing: output[start..<(start + chunkByteCount)]))
                    }
                    count = isAuthentic ? chunkCount * chunkByteCount : 0
                }
                if isAuthentic { pending += rest }
                return plaintext
            }
            guard isAuthentic else {
                isBroken = true
                throw AuthenticationFailure()
            }
            return plaintext
        }

        /// Seals whole chunks again that were opened before, and goes on behind them: a chunk has one ciphertext under
        /// its key and number, so what comes out is what they were opened from. It must go nowhere but into a hash.
        ///
        /// Nothing may be pending: called before the first ``open(_:)``, with a multiple of 65,536 bytes.
        mutating func reseal(_ opened: [UInt8]) -> [UInt8] {
            let chunkCount = opened.count / chunkByteCount
            precondition(pending.isEmpty && opened.count == chunkCount * chunkByteCount, "whole chunks, at the front")
            return [UInt8](unsafeUninitializedCapacity: chunkCount * sealedChunkByteCount) { buffer, count in
                let output = UnsafeMutableRawBufferPointer(buffer)
                opened.withUnsafeBytes { opened in
                    for index in 0..<chunkCount {
                        let plain = opened[(index * chunkByteCount)..<((index + 1) * chunkByteCount)]
                        let start = index * sealedChunkByteCount
                        key.seal(
                            .init(rebasing: plain), number: number, isLast: false,
                            into: .init(rebasing: output[start..<(start + sealedChunkByteCount)]))
                        number += 1
                    }
                }
                count = chunkCount * sealedChunkByteCount
            }
        }

        /// The plaintext of the last chunk, at most 65,536 bytes: now the stream is known to be whole.
        /// - Throws: ``AuthenticationFailure``.
        public consuming func finish() throws(AuthenticationFailure) -> [UInt8] {
            let byteCount = pending.count - tagByteCount
            guard !isBroken, byteCount >= 0, byteCount > 0 || number == 0 else { throw AuthenticationFailure() }
            var isAuthentic = false
            let plaintext = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
                isAuthentic = pending.withUnsafeBytes {
                    key.open($0, number: number, isLast: true, into: UnsafeMutableRawBufferPointer(buffer))
                }
                count = isAuthentic ? byteCount : 0
            }
            guard isAuthentic else { throw AuthenticationFailure() }
            return plaintext
        }

        /// Opens one whole chunk of what is pending and of the beginning of `rest`.
        private mutating func openChunk(
            _ rest: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
        ) -> Bool {
            let taken = sealedChunkByteCount - pending.count
            let front = UnsafeRawBufferPointer(rebasing: rest[..<taken])
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            defer { number += 1 }
            if pending.isEmpty { return key.open(front, number: number, isLast: false, into: output) }
            pending += front
            defer { pending.removeAll(keepingCapacity: true) }
            return pending.withUnsafeBytes { key.open($0, number: number, isLast: false, into: output) }
        }
    }
}
