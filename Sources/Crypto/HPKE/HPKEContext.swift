/// What both sides have after the key schedule (RFC 9180, section 5.1), and what they do with it (5.2, 5.3).
///
/// Owner: its ``HPKE/Sender`` or ``HPKE/Receiver``.
struct HPKEContext: ~Copyable, Sendable {
    /// The four ways to set a context up.
    enum Mode: UInt8 {
        case base, preSharedKey, authenticated, authenticatedPreSharedKey
    }

    private enum Cipher: ~Copyable, Sendable {
        case aes(AESGCM.Key)
        case chaCha(ChaCha20Poly1305.Key)
        case none
    }

    private let kdf: LabeledKDF
    private let cipher: Cipher
    private let baseNonce: [UInt8]
    private let exporterSecret: SecretBytes
    /// Messages sealed or opened.
    private(set) var sequenceNumber: UInt64 = 0

    /// KeySchedule. `info` above 65,535 bytes traps.
    init(
        _ suite: HPKE.Suite, kem: HPKE.KEM, mode: Mode, sharedSecret: borrowing SecretBytes, info: [UInt8],
        preSharedKey: borrowing SecretBytes, preSharedKeyID: [UInt8]
    ) {
        precondition(info.count <= 65_535, "information has at most 65,535 bytes")
        kdf = LabeledKDF(kdf: suite.kdf, suiteID: suite.id(kem))
        let secrets: Secrets
        if let hash = suite.kdf.hash {
            secrets = Self.combine(
                hash, kdf, suite, mode, sharedSecret, info, preSharedKey, preSharedKeyID)
        } else {
            secrets = Self.combine(kdf, suite, mode, sharedSecret, info, preSharedKey, preSharedKeyID)
        }
        baseNonce = secrets.baseNonce.exportUnprotected()
        exporterSecret = secrets.exporterSecret.duplicate()
        cipher = switch suite.aead {
        case .aes128GCM, .aes256GCM: .aes(AESGCM.Key(checked: secrets.key.duplicate()))
        case .chaCha20Poly1305: .chaCha(ChaCha20Poly1305.Key(checked: secrets.key.duplicate()))
        case .exportOnly: .none
        }
    }

    /// - Throws: ``HPKE/Failure/messageLimitReached``. An export-only suite traps.
    mutating func seal(_ plaintext: [UInt8], binding bound: [UInt8]) throws(HPKE.Failure) -> [UInt8] {
        let nonce = try nonce()
        sequenceNumber += 1
        switch cipher {
        case .aes(let key):
            return AESGCM.seal(plaintext, key: key, nonce: AESGCM.Nonce(checked: nonce), binding: bound)
        case .chaCha(let key):
            return ChaCha20Poly1305.seal(
                plaintext, key: key, nonce: ChaCha20Poly1305.Nonce(checked: nonce), binding: bound)
        case .none: preconditionFailure("an export-only context seals nothing")
        }
    }

    /// Only what opens counts.
    /// - Throws: ``HPKE/Failure/messageLimitReached``, ``HPKE/Failure/notAuthentic``. An export-only suite traps.
    mutating func open(_ sealed: [UInt8], binding bound: [UInt8]) throws(HPKE.Failure) -> [UInt8] {
        let nonce = try nonce()
        let plaintext: [UInt8]
        do throws(AuthenticationFailure) {
            switch cipher {
            case .aes(let key):
                plaintext = try AESGCM.open(
                    sealed, key: key, nonce: AESGCM.Nonce(checked: nonce), binding: bound)
            case .chaCha(let key):
                plaintext = try ChaCha20Poly1305.open(
                    sealed, key: key, nonce: ChaCha20Poly1305.Nonce(checked: nonce), binding: bound)
            case .none: preconditionFailure("an export-only context opens nothing")
            }
        } catch {
            throw .notAuthentic
        }
        sequenceNumber += 1
        return plaintext
    }

    /// `byteCount` bytes for the use that `context` names.
    borrowing func export(_ context: [UInt8], byteCount: Int) -> SecretBytes {
        if let hash = kdf.kdf.hash {
            return kdf.expand(hash, key: exporterSecret, label: "sec", info: context, byteCount: byteCount)
        }
        return kdf.derive(input: exporterSecret, label: "sec", context: context, byteCount: byteCount)
    }

    /// For tests alone: a nonce used twice under one key opens both messages.
    mutating func skip(to sequenceNumber: UInt64) { self.sequenceNumber = sequenceNumber }

    /// The base nonce xored with the sequence number.
    private func nonce() throws(HPKE.Failure) -> [UInt8] {
        guard sequenceNumber < .max else { throw .messageLimitReached }
        var nonce = baseNonce
        for (offset, index) in nonce.indices.suffix(8).reversed().enumerated() {
            nonce[index] ^= UInt8(truncatingIfNeeded: sequenceNumber >> UInt64(8 * offset))
        }
        return nonce
    }

    private struct Secrets: ~Copyable {
        let key: SecretBytes
        let baseNonce: SecretBytes
        let exporterSecret: SecretBytes
    }

    /// CombineSecrets with a KDF of two steps: RFC 9180's key schedule.
    private static func combine(
        _ hash: Hash, _ kdf: LabeledKDF, _ suite: HPKE.Suite, _ mode: Mode, _ sharedSecret: borrowing SecretBytes,
        _ info: [UInt8], _ preSharedKey: borrowing SecretBytes, _ preSharedKeyID: [UInt8]
    ) -> Secrets {
        let idHash = kdf.extract(
            hash, salt: .empty, label: "psk_id_hash", input: SecretBytes(copying: preSharedKeyID))
        let infoHash = kdf.extract(hash, salt: .empty, label: "info_hash", input: SecretBytes(copying: info))
        let context = [mode.rawValue] + idHash.exportUnprotected() + infoHash.exportUnprotected()
        let secret = kdf.extract(hash, salt: sharedSecret, label: "secret", input: preSharedKey)
        return Secrets(
            key: kdf.expand(hash, key: secret, label: "key", info: context, byteCount: suite.aead.keyByteCount),
            baseNonce: kdf.expand(
                hash, key: secret, label: "base_nonce", info: context, byteCount: suite.aead.nonceByteCount),
            exporterSecret: kdf.expand(
                hash, key: secret, label: "exp", info: context, byteCount: suite.kdf.digestByteCount))
    }

    /// CombineSecrets with a KDF of one step (draft-ietf-hpke-hpke).
    private static func combine(
        _ kdf: LabeledKDF, _ suite: HPKE.Suite, _ mode: Mode, _ sharedSecret: borrowing SecretBytes,
        _ info: [UInt8], _ preSharedKey: borrowing SecretBytes, _ preSharedKeyID: [UInt8]
    ) -> Secrets {
        let first = preSharedKey.prefixed(by: UInt16(preSharedKey.byteCount).bigEndianBytes)
        let second = sharedSecret.prefixed(by: UInt16(sharedSecret.byteCount).bigEndianBytes)
        let context = [mode.rawValue] + LabeledKDF.prefixed(preSharedKeyID) + LabeledKDF.prefixed(info)
        let nonceEnd = suite.aead.keyByteCount + suite.aead.nonceByteCount
        let byteCount = nonceEnd + suite.kdf.digestByteCount
        let secret = kdf.derive(
            input: first.followed(by: second), label: "secret", context: context, byteCount: byteCount)
        return Secrets(
            key: secret.part(0..<suite.aead.keyByteCount),
            baseNonce: secret.part(suite.aead.keyByteCount..<nonceEnd),
            exporterSecret: secret.part(nonceEnd..<byteCount))
    }
}
