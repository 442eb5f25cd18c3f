/// Long plaintexts in chunks, sealed and opened in constant memory, readable from any place (STREAM by Hoang,
/// Reyhanitabar, Rogaway and Vizár, as the age format has it; docs/protocol/attachments.md).
///
/// | size | field |
/// |---|---|
/// | 65,536 + 16 | chunk 0: ciphertext, then tag |
/// | … | more whole chunks |
/// | 1…65,536 + 16 | the last chunk; only an empty plaintext has an empty one |
///
/// A chunk's nonce is its number (11 bytes, big-endian) and a byte that is 1 for the last chunk and else 0. So what was
/// cut off, added, repeated or moved does not open.
public enum SealedStream {
    /// Bytes of plaintext in every chunk but the last.
    public static let chunkByteCount = 65_536
    /// Bytes in the tag behind each chunk's ciphertext.
    public static let tagByteCount = 16
    /// Bytes in a whole sealed chunk.
    static let sealedChunkByteCount = chunkByteCount + tagByteCount

    /// Bytes that `byteCount` bytes of plaintext are sealed to. A size of zero or more, below 2^61.
    public static func sealedByteCount(_ byteCount: Int) -> Int {
        byteCount + tagByteCount * max(1, (byteCount + chunkByteCount - 1) / chunkByteCount)
    }

    /// Bytes of plaintext in a stream of `sealedByteCount` bytes; `nil` for a size that no stream has.
    public static func plaintextByteCount(_ sealedByteCount: Int) -> Int? {
        guard sealedByteCount >= tagByteCount else { return nil }
        let (whole, rest) = sealedByteCount.quotientAndRemainder(dividingBy: sealedChunkByteCount)
        if rest == 0 { return whole * chunkByteCount }
        // An empty last chunk belongs to an empty plaintext alone.
        guard rest > tagByteCount || whole == 0 else { return nil }
        return whole * chunkByteCount + rest - tagByteCount
    }

    /// A 32-byte key that seals one stream: ``Sealer`` consumes it.
    public struct Key: ~Copyable, Sendable {
        /// Bytes in a key.
        public static let byteCount = 32

        private let secret: SecretBytes

        /// A new key from the system's random source.
        public init() { secret = .random(byteCount: Self.byteCount) }

        /// Takes over a key that a stream was sealed with.
        /// - Throws: ``LengthError`` unless there are 32 bytes.
        public init(_ secret: consuming SecretBytes) throws(LengthError) {
            try LengthError.check(secret.byteCount, is: Self.byteCount)
            self.secret = secret
        }

        /// The key of a payload in the age format: HKDF-SHA256 of its 16-byte file key under its 16-byte nonce.
        public init(ageFileKey fileKey: borrowing SecretBytes, nonce: [UInt8]) {
            secret = HKDF.derive(
                .sha256, salt: nonce, input: fileKey, info: Array("payload".utf8), byteCount: Self.byteCount)
        }

        /// The 32 secret bytes, to be carried inside something sealed.
        public borrowing func exportSecret() -> SecretBytes { secret.duplicate() }

        /// A second owner of the same key, for opening.
        borrowing func duplicate() -> Key { Key(copying: secret) }

        private init(copying secret: borrowing SecretBytes) { self.secret = secret.duplicate() }

        /// Writes chunk `number` sealed to `output`, 16 bytes longer than `plaintext`.
        borrowing func seal(
            _ plaintext: UnsafeRawBufferPointer, number: UInt64, isLast: Bool,
            into output: UnsafeMutableRawBufferPointer
        ) {
            BulkCipher.chaCha20Poly1305.seal(
                plaintext, key: secret, nonce: Self.nonce(number, isLast), binding: [], into: output)
        }

        /// Writes the plaintext of chunk `number` to `output`, 16 bytes shorter than `sealed`; zeros and `false` when
        /// it is not authentic.
        borrowing func open(
            _ sealed: UnsafeRawBufferPointer, number: UInt64, isLast: Bool,
            into output: UnsafeMutableRawBufferPointer
        ) -> Bool {
            BulkCipher.chaCha20Poly1305.open(
                sealed, key: secret, nonce: Self.nonce(number, isLast), binding: [], into: output)
        }

        private static func nonce(_ number: UInt64, _ isLast: Bool) -> [UInt8] {
            var nonce = [UInt8](repeating: 0, count: 12)
            for place in 0..<8 { nonce[10 - place] = UInt8(truncatingIfNeeded: number >> UInt64(8 * place)) }
            nonce[11] = isLast ? 1 : 0
            return nonce
        }
    }
}
