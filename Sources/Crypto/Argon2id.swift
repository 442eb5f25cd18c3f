import CSodium

/// Keys and verifiers from what a human remembers (RFC 9106, Argon2id 1.3, one lane), by libsodium.
///
/// Takes a tenth of a second and 64 MiB on purpose: never per request, always behind a limiter.
public enum Argon2id {
    /// How much work one guess costs.
    public struct Cost: Hashable, Sendable {
        /// Passes over the memory, 1…1,000.
        public let passCount: UInt64
        /// Memory in bytes, 8 KiB…4 GiB.
        public let memoryByteCount: Int

        /// `nil` outside the bounds.
        public init?(passCount: UInt64, memoryByteCount: Int) {
            guard (1...1_000).contains(passCount), (8_192...4_294_967_296).contains(memoryByteCount) else { return nil }
            self.init(checkedPassCount: passCount, memoryByteCount: memoryByteCount)
        }

        private init(checkedPassCount: UInt64, memoryByteCount: Int) {
            self.passCount = checkedPassCount
            self.memoryByteCount = memoryByteCount
        }

        /// Three passes over 64 MiB.
        public static let standard = Cost(checkedPassCount: 3, memoryByteCount: 64 << 20)
    }

    /// Why nothing was derived.
    public enum Failure: Error, Equatable, Sendable {
        /// The system did not give the memory: try again later, or shed.
        case outOfMemory
    }

    /// Bytes in a salt.
    public static let saltByteCount = 16
    /// The sizes a derived key may have, in bytes.
    public static let keyByteCounts = 16...1_024

    /// A key of `byteCount` bytes from `password`.
    ///
    /// `salt` has 16 bytes and `byteCount` is in ``keyByteCounts``; anything else traps.
    /// - Throws: ``Failure/outOfMemory``.
    public static func deriveKey(
        from password: borrowing SecretBytes, salt: [UInt8], byteCount: Int = 32, cost: Cost = .standard
    ) throws(Failure) -> SecretBytes {
        precondition(salt.count == saltByteCount, "an Argon2id salt has 16 bytes")
        precondition(keyByteCounts.contains(byteCount), "an Argon2id key has 16 to 1,024 bytes")
        Sodium.start()
        return try SecretBytes(byteCount: byteCount) { key throws(Failure) in
            let result = password.withUnsafeBytes { password in
                crypto_pwhash_argon2id(
                    key.bytes, UInt64(byteCount), password.characters, UInt64(password.count), salt,
                    cost.passCount, cost.memoryByteCount, crypto_pwhash_argon2id_alg_argon2id13())
            }
            guard result == 0 else { throw .outOfMemory }
        }
    }

    /// A text to store, which says algorithm, cost and salt and lets ``verifies(_:stored:)`` check a password.
    /// - Throws: ``Failure/outOfMemory``.
    public static func stored(_ password: borrowing SecretBytes, cost: Cost = .standard) throws(Failure) -> String {
        Sodium.start()
        var text = [CChar](repeating: 0, count: 128)
        let result = password.withUnsafeBytes { password in
            crypto_pwhash_argon2id_str(
                &text, password.characters, UInt64(password.count), cost.passCount, cost.memoryByteCount)
        }
        guard result == 0 else { throw .outOfMemory }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether `password` is the one that `stored` was made from. A text of another make is `false`.
    public static func verifies(_ password: borrowing SecretBytes, stored: String) -> Bool {
        Sodium.start()
        guard stored.utf8.count < 128, !stored.utf8.contains(0) else { return false }
        return password.withUnsafeBytes { password in
            crypto_pwhash_argon2id_str_verify(stored, password.characters, UInt64(password.count)) == 0
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The same memory as C characters.
    fileprivate var characters: UnsafePointer<CChar> { UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self) }
}
