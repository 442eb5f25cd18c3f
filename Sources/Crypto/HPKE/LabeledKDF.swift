/// A key derivation function whose every use is labelled (RFC 9180, section 4; for those of one step
/// draft-ietf-hpke-hpke, section 4).
struct LabeledKDF {
    let kdf: HPKE.KDF
    /// Names the KEM or the suite that derives.
    let suiteID: [UInt8]

    private static let version = Array("HPKE-v1".utf8)

    /// The one-step KDF that keys of KEMs after quantum computers are derived with.
    static func shake256(_ kem: HPKE.KEM) -> LabeledKDF { LabeledKDF(kdf: .shake256, suiteID: kem.suiteID) }
    /// The two-step KDF of both DHKEMs.
    static func hkdf(_ kem: HPKE.KEM) -> LabeledKDF { LabeledKDF(kdf: .hkdfSHA256, suiteID: kem.suiteID) }

    /// LabeledExtract, for KDFs of two steps.
    func extract(
        _ hash: Hash, salt: borrowing SecretBytes, label: String, input: borrowing SecretBytes
    ) -> SecretBytes {
        HKDF.extract(hash, salt: salt, input: input.prefixed(by: Self.version + suiteID + Array(label.utf8)))
    }

    /// LabeledExpand, for KDFs of two steps.
    func expand(
        _ hash: Hash, key: borrowing SecretBytes, label: String, info: [UInt8], byteCount: Int
    ) -> SecretBytes {
        let labeled = UInt16(byteCount).bigEndianBytes + Self.version + suiteID + Array(label.utf8) + info
        return HKDF.expand(hash, key: key, info: labeled, byteCount: byteCount)
    }

    /// LabeledDerive, for KDFs of one step: the last one is TurboSHAKE256.
    func derive(input: borrowing SecretBytes, label: String, context: [UInt8], byteCount: Int) -> SecretBytes {
        var sponge = switch kdf {
        case .shake128: Keccak.shake128()
        case .shake256: Keccak.shake256()
        case .turboSHAKE128: Keccak.turboSHAKE128()
        case .hkdfSHA256, .hkdfSHA384, .hkdfSHA512, .turboSHAKE256: Keccak.turboSHAKE256()
        }
        sponge.absorb(input)
        sponge.absorb(Self.version + suiteID + Self.prefixed(Array(label.utf8)))
        sponge.absorb(UInt16(byteCount).bigEndianBytes + context)
        return sponge.squeezeSecret(byteCount)
    }

    /// `bytes`, at most 65,535, behind their count.
    static func prefixed(_ bytes: [UInt8]) -> [UInt8] { UInt16(bytes.count).bigEndianBytes + bytes }
}

extension SecretBytes {
    /// A secret of `prefix` and these bytes.
    borrowing func prefixed(by prefix: [UInt8]) -> SecretBytes {
        SecretBytes(byteCount: prefix.count + byteCount) { joined in
            joined.copyBytes(from: prefix)
            withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: joined[prefix.count...]).copyMemory(from: $0) }
        }
    }

    /// No bytes.
    static var empty: SecretBytes { SecretBytes(byteCount: 0) { _ in } }
}
