extension SealedStream {
    /// Seals one stream, piece by piece, keeping one chunk in memory.
    ///
    /// Owner: whoever made it.
    public struct Sealer: ~Copyable, Sendable {
        private let key: Key
        private var number: UInt64 = 0
        /// Plaintext that may yet be the last chunk: never more than a whole one.
        private var pending: [UInt8] = []

        /// Nothing sealed yet. The key is spent: under it no second stream can be sealed.
        public init(key: consuming Key) { self.key = key }

        /// Takes in `piece`, of any size, and gives the sealed chunks that are complete now: nothing, or about as many
        /// bytes as came in.
        public mutating func seal(_ piece: [UInt8]) -> [UInt8] {
            piece.withUnsafeBytes { seal($0) }
        }

        /// As ``seal(_:)-([UInt8])``, for a piece wherever it lies.
        public mutating func seal(_ piece: UnsafeRawBufferPointer) -> [UInt8] {
            var rest = piece
            // A chunk is sealed once a byte follows it: until then it may be the last.
            let chunkCount = max(0, pending.count + piece.count - 1) / chunkByteCount
            let sealedByteCount = chunkCount * sealedChunkByteCount
            let sealed = [UInt8](unsafeUninitializedCapacity: sealedByteCount) { buffer, count in
                let output = UnsafeMutableRawBufferPointer(buffer)
                for index in 0..<chunkCount {
                    let start = index * sealedChunkByteCount
                    sealChunk(&rest, into: .init(rebasing: output[start..<(start + sealedChunkByteCount)]))
                }
                count = sealedByteCount
            }
            pending += rest
            return sealed
        }

        /// The last chunk, at most 65,552 bytes.
        public consuming func finish() -> [UInt8] {
            let byteCount = pending.count + tagByteCount
            return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
                pending.withUnsafeBytes {
                    key.seal($0, number: number, isLast: true, into: UnsafeMutableRawBufferPointer(buffer))
                }
                count = byteCount
            }
        }

        /// Seals one whole chunk of what is pending and of the beginning of `rest`.
        private mutating func sealChunk(
            _ rest: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
        ) {
            let taken = chunkByteCount - pending.count
            let front = UnsafeRawBufferPointer(rebasing: rest[..<taken])
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            if pending.isEmpty {
                key.seal(front, number: number, isLast: false, into: output)
            } else {
                pending += front
                pending.withUnsafeBytes { key.seal($0, number: number, isLast: false, into: output) }
                pending.removeAll(keepingCapacity: true)
            }
            number += 1
        }
    }
}
