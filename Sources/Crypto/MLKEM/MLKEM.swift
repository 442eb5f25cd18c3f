import CSodium

/// Key encapsulation that a quantum computer does not open (FIPS 203), ours: no library at hand has it.
/// ``MLKEM768`` and ``MLKEM1024`` are its two sizes, and their keys two types.
///
/// Constant time in everything secret. What comes in is checked as section 7 says; a ciphertext that was not made for
/// the key gives a secret that nobody else knows (implicit rejection), and never an error.
public enum MLKEM<Parameters: MLKEMParameters> {
    /// Bytes in an encapsulation key.
    public static var encapsulationKeyByteCount: Int { Parameters.parameterSet.encryptionKeyByteCount }
    /// Bytes in a ciphertext.
    public static var ciphertextByteCount: Int { Parameters.parameterSet.ciphertextByteCount }
    /// Bytes in a shared secret.
    public static var sharedSecretByteCount: Int { 32 }
    /// Bytes in the seed that makes a key pair: *d*, then *z*.
    public static var seedByteCount: Int { 64 }

    private static var encryption: KPKE { KPKE(Parameters.parameterSet) }

    /// Why bytes are not an encapsulation key.
    public enum KeyError: Error, Equatable, Sendable {
        /// There are not ``MLKEM/encapsulationKeyByteCount`` of them.
        case wrongByteCount(Int)
        /// They hold a number that is not below 3,329.
        case notReduced
    }

    /// A public key that was checked (section 7.2).
    public struct EncapsulationKey: Hashable, Sendable {
        /// ``MLKEM/encapsulationKeyByteCount`` bytes: a vector, and the seed of the matrix.
        public let bytes: [UInt8]

        /// - Throws: ``KeyError``.
        public init(_ bytes: [UInt8]) throws(KeyError) {
            guard bytes.count == encapsulationKeyByteCount else { throw .wrongByteCount(bytes.count) }
            guard bytes.withUnsafeBytes(encryption.isReduced) else { throw .notReduced }
            self.bytes = bytes
        }

        fileprivate init(checked bytes: [UInt8]) { self.bytes = bytes }

        /// A fresh shared secret, and the ciphertext that carries it to the key's owner (algorithm 20).
        public func encapsulate() -> Encapsulation {
            encapsulateWithChosenMessage(.random(byteCount: 32))
        }

        /// For published vectors and checks alone: a message used twice gives the same secret twice (algorithm 17).
        package func encapsulateWithChosenMessage(_ message: borrowing SecretBytes) -> Encapsulation {
            let digest = SHA3.digest256(bytes)
            let expanded = expand(message, digest)
            let ciphertext = [UInt8](unsafeUninitializedCapacity: ciphertextByteCount) { buffer, count in
                count = ciphertextByteCount
                encrypt(message, expanded, into: UnsafeMutableRawBufferPointer(buffer))
            }
            return Encapsulation(ciphertext: Ciphertext(checked: ciphertext), sharedSecret: expanded.part(0..<32))
        }

        fileprivate func encrypt(
            _ message: borrowing SecretBytes, _ expanded: borrowing SecretBytes,
            into ciphertext: UnsafeMutableRawBufferPointer
        ) {
            message.withUnsafeBytes { message in
                expanded.withUnsafeBytes { expanded in
                    bytes.withUnsafeBytes { key in
                        encryption.encrypt(
                            message, encryptionKey: key,
                            randomness: UnsafeRawBufferPointer(rebasing: expanded[32...]), into: ciphertext)
                    }
                }
            }
        }
    }

    /// Bytes that carry a shared secret, or claim to.
    public typealias Ciphertext = FixedBytes<CiphertextRole>

    /// The role of a ``Ciphertext``.
    public enum CiphertextRole: ByteRole {
        public static var byteCount: Int { ciphertextByteCount }
    }

    /// What encapsulating gives.
    public struct Encapsulation: ~Copyable, Sendable {
        /// Goes to the key's owner.
        public let ciphertext: Ciphertext
        /// Is known to both then, 32 bytes.
        public let sharedSecret: SecretBytes

        fileprivate init(ciphertext: Ciphertext, sharedSecret: consuming SecretBytes) {
            self.ciphertext = ciphertext
            self.sharedSecret = sharedSecret
        }
    }

    /// A private key: its 64-byte seed, and what the seed makes.
    public struct DecapsulationKey: ~Copyable, Sendable {
        /// The public half.
        public let encapsulationKey: EncapsulationKey
        private let seed: SecretBytes
        /// Of the encryption inside, 384 bytes for each polynomial.
        private let decryptionKey: SecretBytes

        /// A new key from the system's random source (algorithm 19).
        public init() { self.init(checked: .random(byteCount: seedByteCount)) }

        /// The key that `seed` makes (algorithm 16).
        /// - Throws: ``LengthError`` unless there are 64 bytes.
        public init(seed: consuming SecretBytes) throws(LengthError) {
            try LengthError.check(seed.byteCount, is: seedByteCount)
            self.init(checked: seed)
        }

        /// As ``init(seed:)``, for the 64 bytes at `offset` of a larger secret; traps beyond its end.
        package init(seedOf stored: borrowing SecretBytes, at offset: Int) {
            self.init(checked: stored.part(offset..<(offset + seedByteCount)))
        }

        init(checked seed: consuming SecretBytes) {
            var encapsulationKey = [UInt8](repeating: 0, count: encapsulationKeyByteCount)
            let decryptionKey = SecretBytes(byteCount: Parameters.parameterSet.vectorByteCount) { decryptionKey in
                encapsulationKey.withUnsafeMutableBytes { encapsulationKey in
                    seed.withUnsafeBytes { seed in
                        encryption.generateKeys(
                            seed: UnsafeRawBufferPointer(rebasing: seed[..<32]), encryptionKey: encapsulationKey,
                            decryptionKey: decryptionKey)
                    }
                }
            }
            self.encapsulationKey = EncapsulationKey(checked: encapsulationKey)
            self.seed = seed
            self.decryptionKey = decryptionKey
        }

        /// The shared secret in `ciphertext`, 32 bytes (algorithm 18). One that was not made for this key gives
        /// a secret all the same, known to nobody else, in the same time.
        public borrowing func decapsulate(_ ciphertext: Ciphertext) -> SecretBytes {
            let message = SecretBytes(byteCount: 32) { message in
                decryptionKey.withUnsafeBytes { key in
                    ciphertext.bytes.withUnsafeBytes { encryption.decrypt($0, decryptionKey: key, into: message) }
                }
            }
            let expanded = expand(message, SHA3.digest256(encapsulationKey.bytes))
            var sponge = Keccak.shake256()
            seed.withUnsafeBytes { sponge.absorb(UnsafeRawBufferPointer(rebasing: $0[32...])) }
            sponge.absorb(ciphertext.bytes)
            let rejection = sponge.squeezeSecret(sharedSecretByteCount)
            let again = SecretBytes(byteCount: ciphertextByteCount) { again in
                encapsulationKey.encrypt(message, expanded, into: again)
            }
            return choose(expanded, unlessDifferent: again, ciphertext, else: rejection)
        }

        /// The 64-byte seed, for a sealed store.
        public borrowing func exportSeed() -> SecretBytes { seed.duplicate() }

        /// For published vectors alone: the expanded form of section 7.3.
        borrowing func expandedForTests() -> [UInt8] {
            decryptionKey.exportUnprotected() + encapsulationKey.bytes + SHA3.digest256(encapsulationKey.bytes)
                + seed.part(32..<64).exportUnprotected()
        }
    }

    /// G: the shared secret and the randomness of the encryption, 32 bytes each.
    private static func expand(_ message: borrowing SecretBytes, _ keyDigest: [UInt8]) -> SecretBytes {
        var sponge = Keccak.sha3(digestByteCount: 64)
        sponge.absorb(message)
        sponge.absorb(keyDigest)
        return sponge.squeezeSecret(64)
    }

    /// The first 32 bytes of `expanded` when both ciphertexts are the same, else `rejection`, without a branch.
    private static func choose(
        _ expanded: borrowing SecretBytes, unlessDifferent again: borrowing SecretBytes, _ ciphertext: Ciphertext,
        else rejection: borrowing SecretBytes
    ) -> SecretBytes {
        // sodium_memcmp gives 0 or -1 in constant time: all bits of the mask are set when the two differ.
        let mask = again.withUnsafeBytes { again in
            UInt8(truncatingIfNeeded: sodium_memcmp(again.bytes, ciphertext.bytes, ciphertextByteCount))
        }
        return SecretBytes(byteCount: sharedSecretByteCount) { chosen in
            expanded.withUnsafeBytes { expanded in
                rejection.withUnsafeBytes { rejection in
                    for index in 0..<sharedSecretByteCount {
                        chosen[index] = expanded[index] & ~mask | rejection[index] & mask
                    }
                }
            }
        }
    }
}
