import Crypto

typealias Operation = @Sendable (Question) throws -> [[UInt8]]

/// Every operation by the name that the asker uses.
let operations: [String: Operation] = [hashes, keys, ciphers, encapsulation, hybrid, streams]
    .reduce(into: [:]) { $0.merge($1) { first, _ in first } }

private let hashes: [String: Operation] = [
    "sha256": { [SHA256.hash(try $0.bytes(0))] },
    "sha384": { [SHA384.hash(try $0.bytes(0))] },
    "sha512": { [SHA512.hash(try $0.bytes(0))] },
    "sha3-256": { [SHA3.digest256(try $0.bytes(0))] },
    "sha3-512": { [SHA3.digest512(try $0.bytes(0))] },
    "shake128": { [SHA3.shake128(try $0.bytes(0), byteCount: try $0.number(1))] },
    "shake256": { [SHA3.shake256(try $0.bytes(0), byteCount: try $0.number(1))] },
    "blake2b": { [BLAKE2b.hash(try $0.bytes(1), key: try $0.secret(0), byteCount: try $0.number(2))] },
    "hmac-sha256": { [HMAC.tag(.sha256, key: try $0.secret(0), over: try $0.bytes(1))] },
    "hmac-sha384": { [HMAC.tag(.sha384, key: try $0.secret(0), over: try $0.bytes(1))] },
    "hmac-sha512": { [HMAC.tag(.sha512, key: try $0.secret(0), over: try $0.bytes(1))] },
    "hkdf-sha256": { [try hkdf(.sha256, $0)] },
    "hkdf-sha384": { [try hkdf(.sha384, $0)] },
    "hkdf-sha512": { [try hkdf(.sha512, $0)] },
    "argon2id": { question in
        guard let cost = Argon2id.Cost(
            passCount: UInt64(try question.number(2)), memoryByteCount: try question.number(3))
        else { throw Question.Malformed() }
        let key = try Argon2id.deriveKey(from: question.secret(0), salt: question.bytes(1), cost: cost)
        return [key.shown()]
    },
]

private func hkdf(_ hash: Hash, _ question: Question) throws -> [UInt8] {
    HKDF.derive(
        hash, salt: try question.bytes(1), input: try question.secret(0), info: try question.bytes(2),
        byteCount: try question.number(3)
    ).shown()
}

private let keys: [String: Operation] = [
    "x25519-public": { [try X25519.PrivateKey($0.secret(0)).publicKey.bytes] },
    "x25519": { question in
        let key = try X25519.PrivateKey(question.secret(0))
        return [try key.agree(with: X25519.PublicKey(question.bytes(1))).shown()]
    },
    "ed25519-sign": { question in
        let key = try Ed25519.PrivateKey(seed: question.secret(0))
        return [key.publicKey.bytes, key.sign(try question.bytes(1)).bytes]
    },
    "ed25519-verify": { question in
        let key = try Ed25519.PublicKey(question.bytes(0))
        let verifies = key.verifies(try Ed25519.Signature(question.bytes(1)), over: try question.bytes(2))
        return [[verifies ? 1 : 0]]
    },
    "p256-public": { [try P256.PrivateKey($0.secret(0)).publicKey.bytes] },
    "p256": { question in
        let key = try P256.PrivateKey(question.secret(0))
        return [key.agree(with: try P256.PublicKey(question.bytes(1))).shown()]
    },
    "p256-sign": { [try P256.PrivateKey($0.secret(0)).sign(try $0.bytes(1)).derBytes] },
    "p256-verify": { question in
        guard let signature = P256.Signature(der: try question.bytes(1)) else { return [[0]] }
        let verifies = try P256.PublicKey(question.bytes(0)).verifies(signature, over: try question.bytes(2))
        return [[verifies ? 1 : 0]]
    },
]

private let ciphers: [String: Operation] = [
    "chacha-seal": { question in
        let key = try ChaCha20Poly1305.Key(question.secret(0))
        let nonce = try ChaCha20Poly1305.Nonce(question.bytes(1))
        return [ChaCha20Poly1305.seal(try question.bytes(3), key: key, nonce: nonce, binding: try question.bytes(2))]
    },
    "chacha-open": { question in
        let key = try ChaCha20Poly1305.Key(question.secret(0))
        let nonce = try ChaCha20Poly1305.Nonce(question.bytes(1))
        return [
            try ChaCha20Poly1305.open(question.bytes(3), key: key, nonce: nonce, binding: question.bytes(2))
        ]
    },
    "aesgcm-seal": { question in
        let key = try AESGCM.Key(question.secret(0))
        let nonce = try AESGCM.Nonce(question.bytes(1))
        return [AESGCM.seal(try question.bytes(3), key: key, nonce: nonce, binding: try question.bytes(2))]
    },
    "aesgcm-open": { question in
        let key = try AESGCM.Key(question.secret(0))
        let nonce = try AESGCM.Nonce(question.bytes(1))
        return [try AESGCM.open(question.bytes(3), key: key, nonce: nonce, binding: question.bytes(2))]
    },
    "xchacha-seal": { question in
        let key = try XChaCha20Poly1305.Key(question.secret(0))
        return [XChaCha20Poly1305.seal(try question.bytes(2), key: key, binding: try question.bytes(1))]
    },
    "xchacha-open": { question in
        let key = try XChaCha20Poly1305.Key(question.secret(0))
        return [try XChaCha20Poly1305.open(question.bytes(2), key: key, binding: question.bytes(1))]
    },
]

private let encapsulation: [String: Operation] = [
    "mlkem768-public": { [try MLKEM768.DecapsulationKey(seed: $0.secret(0)).encapsulationKey.bytes] },
    "mlkem768-encapsulate": { try encapsulate(MLKEM768Parameters.self, $0) },
    "mlkem768-decapsulate": { try decapsulate(MLKEM768Parameters.self, $0) },
    "mlkem1024-public": { [try MLKEM1024.DecapsulationKey(seed: $0.secret(0)).encapsulationKey.bytes] },
    "mlkem1024-encapsulate": { try encapsulate(MLKEM1024Parameters.self, $0) },
    "mlkem1024-decapsulate": { try decapsulate(MLKEM1024Parameters.self, $0) },
    "xwing-public": { [try XWing.DecapsulationKey(seed: $0.secret(0)).encapsulationKey.bytes] },
    "xwing-encapsulate": { question in
        let made = try XWing.EncapsulationKey(question.bytes(0)).encapsulate()
        return [made.ciphertext.bytes, made.sharedSecret.exportUnprotected()]
    },
    "xwing-decapsulate": { question in
        let key = try XWing.DecapsulationKey(seed: question.secret(0))
        return [key.decapsulate(try XWing.Ciphertext(question.bytes(1))).shown()]
    },
]

private func encapsulate<Parameters: MLKEMParameters>(
    _: Parameters.Type, _ question: Question
) throws -> [[UInt8]] {
    let made = try MLKEM<Parameters>.EncapsulationKey(question.bytes(0)).encapsulate()
    return [made.ciphertext.bytes, made.sharedSecret.exportUnprotected()]
}

private func decapsulate<Parameters: MLKEMParameters>(
    _: Parameters.Type, _ question: Question
) throws -> [[UInt8]] {
    let key = try MLKEM<Parameters>.DecapsulationKey(seed: question.secret(0))
    return [key.decapsulate(try MLKEM<Parameters>.Ciphertext(question.bytes(1))).shown()]
}

/// KEM, KDF and AEAD come first, as their numbers.
private let hybrid: [String: Operation] = [
    "hpke-public": { [try HPKE.PrivateKey($0.secret(1), kem: kem($0)).publicKey.bytes] },
    "hpke-seal": { question in
        let key = try HPKE.PublicKey(question.bytes(3), kem: kem(question))
        let sealed = try HPKE.seal(
            to: key, info: question.bytes(4), aad: question.bytes(5), plaintext: question.bytes(6),
            suite: suite(question))
        return [sealed.encapsulatedKey, sealed.ciphertext]
    },
    "hpke-open": { question in
        let key = try HPKE.PrivateKey(question.secret(3), kem: kem(question))
        let sealed = HPKE.Sealed(encapsulatedKey: try question.bytes(6), ciphertext: try question.bytes(7))
        return [
            try HPKE.open(
                sealed, key: key, info: question.bytes(4), aad: question.bytes(5), suite: suite(question))
        ]
    },
]

private func kem(_ question: Question) throws -> HPKE.KEM {
    guard let kem = HPKE.KEM(rawValue: try question.code(0)) else { throw Question.Malformed() }
    return kem
}

private func suite(_ question: Question) throws -> HPKE.Suite {
    guard let kdf = HPKE.KDF(rawValue: try question.code(1)), let aead = HPKE.AEAD(rawValue: try question.code(2))
    else { throw Question.Malformed() }
    return HPKE.Suite(kdf: kdf, aead: aead)
}

private let streams: [String: Operation] = [
    "stream-seal": { question in
        var sealer = SealedStream.Sealer(key: try SealedStream.Key(question.secret(0)))
        let first = sealer.seal(try question.bytes(1))
        return [first + sealer.finish()]
    },
    "stream-open": { question in
        let key = try SealedStream.Key(question.secret(0))
        var opener = SealedStream.Opener(key: key)
        let first = try opener.open(question.bytes(1))
        return [try first + opener.finish()]
    },
    "age-open": { question in
        let key = SealedStream.Key(ageFileKey: try question.secret(0), nonce: try question.bytes(1))
        var opener = SealedStream.Opener(key: key)
        let first = try opener.open(question.bytes(2))
        return [try first + opener.finish()]
    },
    "age-seal": { question in
        var sealer = SealedStream.Sealer(
            key: SealedStream.Key(ageFileKey: try question.secret(0), nonce: try question.bytes(1)))
        let first = sealer.seal(try question.bytes(2))
        return [first + sealer.finish()]
    },
]
