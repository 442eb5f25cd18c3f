import Crypto

/// One thing that is computed from secrets.
struct Watched {
    let name: String
    let run: @Sendable () -> Void
}

/// Everything that must not branch on a secret or use one as an index.
let watched: [Watched] = [
    Watched(name: "ML-KEM-768") { encapsulation(MLKEM768Parameters.self) },
    Watched(name: "ML-KEM-1024") { encapsulation(MLKEM1024Parameters.self) },
    Watched(name: "X-Wing", run: xWing),
    Watched(name: "X25519", run: agreement),
    Watched(name: "comparison of bytes and secrets", run: comparison),
    Watched(name: "HMAC", run: authentication),
    Watched(name: "HKDF", run: derivation),
    Watched(name: "SHA-3 and SHAKE of secrets", run: hashing),
    Watched(name: "padding", run: padding),
    Watched(name: "sealing messages", run: sealing),
    Watched(name: "key schedule and chunks of a stream", run: stream),
]

/// A fault that has to be found: what is counted depends on a secret bit.
let planted = Watched(name: "planted leak") {
    let isOdd = Memcheck.secret(byteCount: 32).withUnsafeBytes { $0[7] & 1 == 1 }
    if isOdd { print("something happens") } else { print("something else happens") }
}

/// Keys from a watched seed; encapsulating a watched message to a public key; decapsulating good and forged.
private func encapsulation<Parameters: MLKEMParameters>(_: Parameters.Type) {
    typealias KEM = MLKEM<Parameters>
    guard let key = try? KEM.DecapsulationKey(seed: Memcheck.secret(byteCount: KEM.seedByteCount)),
          let peer = try? KEM.EncapsulationKey(Memcheck.published(key.encapsulationKey.bytes)) else {
        fail("no key")
    }
    // A message of the library's own is random and so not watched: watch one.
    let made = peer.encapsulateWithChosenMessage(Memcheck.secret(byteCount: 32))
    var bytes = Memcheck.published(made.ciphertext.bytes)
    for _ in 0..<2 {
        guard let ciphertext = try? KEM.Ciphertext(bytes) else { fail("no ciphertext") }
        _ = key.decapsulate(ciphertext)
        bytes[bytes.count / 2] ^= 1
    }
}

private func xWing() {
    guard let key = try? XWing.DecapsulationKey(seed: Memcheck.secret(byteCount: XWing.seedByteCount)),
          let peer = try? XWing.EncapsulationKey(Memcheck.published(key.encapsulationKey.bytes)) else {
        fail("no key")
    }
    let made = peer.encapsulateWithChosenSeed(Memcheck.secret(byteCount: 64))
    var bytes = Memcheck.published(made.ciphertext.bytes)
    for _ in 0..<2 {
        guard let ciphertext = try? XWing.Ciphertext(bytes) else { fail("no ciphertext") }
        _ = key.decapsulate(ciphertext)
        bytes[bytes.count / 2] ^= 1
    }
}

private func agreement() {
    guard let own = try? X25519.PrivateKey(Memcheck.secret(byteCount: X25519.keyByteCount)) else { fail("no key") }
    _ = Memcheck.published(own.publicKey.bytes)
    let isAgreed = (try? own.agree(with: X25519.PrivateKey().publicKey).byteCount) != nil
    if !isAgreed { fail("no agreement") }
}

private func comparison() {
    for byteCount in [1, 31, 32, 100] {
        let secret = SecretBytes.random(byteCount: byteCount)
        let same = Memcheck.watched(secret.duplicate())
        let other = Memcheck.secret(byteCount: byteCount)
        let tag = Memcheck.watched(secret.exportUnprotected())
        let isSame = Memcheck.published(ConstantTime.equal(Memcheck.watched(secret), same))
        let isOther = Memcheck.published(ConstantTime.equal(same, other))
        let isTag = Memcheck.published(ConstantTime.equal(tag, same.exportUnprotected()))
        if !isSame || isOther || !isTag { fail("a comparison is wrong") }
    }
}

private func authentication() {
    for hash in [Hash.sha256, .sha512] {
        for byteCount in [1, 32, 64, 128, 200] {
            let key = Memcheck.secret(byteCount: byteCount)
            let message = Memcheck.watched(RandomBytes.make(byteCount: 300))
            _ = HMAC.secretTag(hash, key: key, over: message)
            let isRight = HMAC.verifies(HMAC.tag(hash, key: key, over: message), hash, key: key, over: message)
            if !Memcheck.published(isRight) { fail("a tag is wrong") }
        }
    }
}

private func derivation() {
    for hash in [Hash.sha256, .sha512] {
        let key = HKDF.extract(hash, salt: Memcheck.secret(byteCount: 32), input: Memcheck.secret(byteCount: 77))
        _ = HKDF.expand(hash, key: key, info: [1, 2, 3], byteCount: 200)
        _ = HKDF.derive(hash, salt: [], input: Memcheck.secret(byteCount: 32), info: [], byteCount: 96)
    }
}

private func hashing() {
    _ = SHA3.secretDigest256(Memcheck.secret(byteCount: 300))
    _ = SHA3.secretShake256(Memcheck.secret(byteCount: 32), byteCount: 500)
}

private func padding() {
    for byteCount in [0, 1, 255, 256, 5_000] {
        _ = Padding.pad(Memcheck.watched(RandomBytes.make(byteCount: byteCount)))
    }
}

/// Short messages by libsodium, long ones by libcrypto. Opening ends in a public yes or no inside of both.
private func sealing() {
    guard let key = try? ChaCha20Poly1305.Key(Memcheck.secret(byteCount: 32)),
          let block = try? AESGCM.Key(Memcheck.secret(byteCount: 32)),
          let nonce = try? AESGCM.Nonce(RandomBytes.make(byteCount: 12)) else { fail("no key") }
    for byteCount in [0, 1, 500, 5_000] {
        let message = Memcheck.watched(RandomBytes.make(byteCount: byteCount))
        _ = ChaCha20Poly1305.seal(message, key: key, nonce: .zero, binding: [1, 2, 3])
        _ = AESGCM.seal(message, key: block, nonce: nonce, binding: [1, 2, 3])
    }
}

private func stream() {
    let fileKey = Memcheck.secret(byteCount: 16)
    var sealer = SealedStream.Sealer(
        key: SealedStream.Key(ageFileKey: fileKey, nonce: RandomBytes.make(byteCount: 16)))
    let message = Memcheck.watched([UInt8](repeating: 7, count: SealedStream.chunkByteCount + 100))
    _ = sealer.seal(message)
    _ = sealer.finish()
}
