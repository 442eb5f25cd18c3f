extension HPKE {
    /// A key encapsulation mechanism; the raw value is its number in the IANA registry.
    public enum KEM: UInt16, CaseIterable, Sendable {
        /// DHKEM(P-256, HKDF-SHA256).
        case p256 = 0x0010
        /// DHKEM(X25519, HKDF-SHA256).
        case x25519 = 0x0020
        /// ML-KEM-768 alone.
        case mlkem768 = 0x0041
        /// ML-KEM-1024 alone.
        case mlkem1024 = 0x0042
        /// ML-KEM-768 and X25519: ``XWing``.
        case xWing = 0x647A

        /// Bytes in an encapsulated key (Nenc).
        public var encapsulatedKeyByteCount: Int {
            switch self {
            case .p256: P256.publicKeyByteCount
            case .x25519: X25519.keyByteCount
            case .mlkem768: MLKEM768.ciphertextByteCount
            case .mlkem1024: MLKEM1024.ciphertextByteCount
            case .xWing: XWing.ciphertextByteCount
            }
        }

        /// Bytes of randomness that one encapsulation takes.
        var randomnessByteCount: Int {
            switch self {
            case .p256, .x25519, .mlkem768, .mlkem1024: 32
            case .xWing: 64
            }
        }

        /// "KEM" and the number: what keeps its derivations apart from all others (RFC 9180, section 4.1).
        var suiteID: [UInt8] { Array("KEM".utf8) + rawValue.bigEndianBytes }
    }

    /// A key derivation function; the raw value is its number in the IANA registry.
    public enum KDF: UInt16, CaseIterable, Sendable {
        case hkdfSHA256 = 0x0001
        case hkdfSHA384 = 0x0002
        case hkdfSHA512 = 0x0003
        case shake128 = 0x0010
        case shake256 = 0x0011
        case turboSHAKE128 = 0x0012
        case turboSHAKE256 = 0x0013

        /// Bytes in an exporter secret (Nh).
        var digestByteCount: Int {
            switch self {
            case .hkdfSHA256, .shake128, .turboSHAKE128: 32
            case .hkdfSHA384: 48
            case .hkdfSHA512, .shake256, .turboSHAKE256: 64
            }
        }

        /// The hash under HKDF; `nil` for those that derive in one step.
        var hash: Hash? {
            switch self {
            case .hkdfSHA256: .sha256
            case .hkdfSHA384: .sha384
            case .hkdfSHA512: .sha512
            case .shake128, .shake256, .turboSHAKE128, .turboSHAKE256: nil
            }
        }
    }

    /// An authenticated cipher; the raw value is its number in the IANA registry.
    public enum AEAD: UInt16, CaseIterable, Sendable {
        case aes128GCM = 0x0001
        case aes256GCM = 0x0002
        case chaCha20Poly1305 = 0x0003
        /// None: the context exports secrets only, and sealing traps.
        case exportOnly = 0xFFFF

        /// Bytes in a key (Nk).
        var keyByteCount: Int {
            switch self {
            case .aes128GCM: 16
            case .aes256GCM, .chaCha20Poly1305: 32
            case .exportOnly: 0
            }
        }

        /// Bytes in a nonce (Nn).
        var nonceByteCount: Int { self == .exportOnly ? 0 : 12 }
    }

    /// What is used behind the KEM, which the keys name themselves.
    public struct Suite: Hashable, Sendable {
        /// Derives the keys of a context.
        public let kdf: KDF
        /// Seals its messages.
        public let aead: AEAD

        public init(kdf: KDF, aead: AEAD) {
            self.kdf = kdf
            self.aead = aead
        }

        /// HKDF-SHA256 and ChaCha20-Poly1305; with X25519 keys, what MLS suite 0x0003 uses.
        public static let standard = Suite(kdf: .hkdfSHA256, aead: .chaCha20Poly1305)
        /// HKDF-SHA256 and AES-128-GCM; with X25519 keys, what MLS suite 0x0001 uses.
        public static let sha256AES128GCM = Suite(kdf: .hkdfSHA256, aead: .aes128GCM)

        /// "HPKE" and the three numbers (RFC 9180, section 5.1).
        func id(_ kem: KEM) -> [UInt8] {
            Array("HPKE".utf8) + kem.rawValue.bigEndianBytes + kdf.rawValue.bigEndianBytes
                + aead.rawValue.bigEndianBytes
        }
    }
}

extension UInt16 {
    /// Two bytes, the high one first.
    var bigEndianBytes: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xFF)] }
}
