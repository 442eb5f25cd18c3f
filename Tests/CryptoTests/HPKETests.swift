import Testing

@testable import Crypto

/// Mirrors `HPKE`, `DHKEM` and `LabeledKDF`: what the published vectors do not show.
@Suite struct HPKETests {
    private let info = Array("a use".utf8)
    private let bound = Array("bound".utf8)
    private let plaintext = Array("a message".utf8)

    @Test("what is sealed for a key opens with it, in every suite", arguments: HPKE.KEM.allCases)
    func roundTrip(kem: HPKE.KEM) throws {
        let key = HPKE.PrivateKey(kem: kem)
        for kdf in HPKE.KDF.allCases {
            for aead in HPKE.AEAD.allCases where aead != .exportOnly {
                let suite = HPKE.Suite(kdf: kdf, aead: aead)
                let sealed = try HPKE.seal(
                    to: key.publicKey, info: info, aad: bound, plaintext: plaintext, suite: suite)
                #expect(sealed.encapsulatedKey.count == kem.encapsulatedKeyByteCount)
                #expect(sealed.ciphertext.count == plaintext.count + 16)
                let opened = try HPKE.open(sealed, key: key, info: info, aad: bound, suite: suite)
                #expect(opened == plaintext)
            }
        }
        let loaded = try HPKE.PrivateKey(key.exportSecret(), kem: kem)
        #expect(loaded.publicKey == key.publicKey && loaded.publicKey.kem == kem)
        #expect(try HPKE.PublicKey(key.publicKey.bytes, kem: kem) == key.publicKey)
    }

    @Test("what was changed, sealed for another use or another key does not open", arguments: HPKE.KEM.allCases)
    func forgeries(kem: HPKE.KEM) throws {
        let key = HPKE.PrivateKey(kem: kem)
        let stranger = HPKE.PrivateKey(kem: kem)
        let sealed = try HPKE.seal(to: key.publicKey, info: info, aad: bound, plaintext: plaintext)
        expectRefused(sealed, stranger, info, bound)
        expectRefused(sealed, key, bound, bound)
        expectRefused(sealed, key, info, info)
        for place in [0, 1, sealed.encapsulatedKey.count - 1] {
            var encapsulated = sealed.encapsulatedKey
            encapsulated[place] ^= 1
            let forged = HPKE.Sealed(encapsulatedKey: encapsulated, ciphertext: sealed.ciphertext)
            expectRefused(forged, key, info, bound)
        }
        for place in sealed.ciphertext.indices {
            var ciphertext = sealed.ciphertext
            ciphertext[place] ^= 0x80
            let forged = HPKE.Sealed(encapsulatedKey: sealed.encapsulatedKey, ciphertext: ciphertext)
            expectRefused(forged, key, info, bound)
        }
        for byteCount in [0, 1, sealed.encapsulatedKey.count - 1, sealed.encapsulatedKey.count + 1] {
            let encapsulated = (sealed.encapsulatedKey + [0]).prefix(byteCount)
            let forged = HPKE.Sealed(encapsulatedKey: Array(encapsulated), ciphertext: sealed.ciphertext)
            expectRefused(forged, key, info, bound)
        }
    }

    private func expectRefused(
        _ sealed: HPKE.Sealed, _ key: borrowing HPKE.PrivateKey, _ info: [UInt8], _ bound: [UInt8]
    ) {
        do throws(HPKE.Failure) {
            _ = try HPKE.open(sealed, key: key, info: info, aad: bound)
            Issue.record("what was not sealed like this opens")
        } catch {
            #expect(error == .notAuthentic)
        }
    }

    @Test("messages open in order only, and what does not open leaves the context as it was")
    func order() throws {
        let key = HPKE.PrivateKey(kem: .x25519)
        var sender = try HPKE.Sender(to: key.publicKey, info: info)
        var receiver = try HPKE.Receiver(sender.encapsulatedKey, key: key, info: info)
        let first = try sender.seal([1], binding: bound)
        let second = try sender.seal([2], binding: bound)
        #expect(throws: HPKE.Failure.notAuthentic) { try receiver.open(second, binding: bound) }
        #expect(try receiver.open(first, binding: bound) == [1])
        #expect(throws: HPKE.Failure.notAuthentic) { try receiver.open(first, binding: bound) }
        #expect(try receiver.open(second, binding: bound) == [2])
        let sent = sender.export(info, byteCount: 77)
        let isSame = ConstantTime.equal(sent, receiver.export(info, byteCount: 77))
        let isOther = ConstantTime.equal(sent, receiver.export(bound, byteCount: 77))
        #expect(isSame && !isOther)
    }

    @Test("the last sequence number seals and opens nothing: a nonce is never used twice")
    func messageLimit() throws {
        let key = HPKE.PrivateKey(kem: .x25519)
        var sender = try HPKE.Sender(to: key.publicKey, info: info)
        var receiver = try HPKE.Receiver(sender.encapsulatedKey, key: key, info: info)
        sender.context.skip(to: .max - 1)
        receiver.context.skip(to: .max - 1)
        let last = try sender.seal(plaintext, binding: [])
        #expect(try receiver.open(last, binding: []) == plaintext)
        #expect(throws: HPKE.Failure.messageLimitReached) { try sender.seal(plaintext, binding: []) }
        #expect(throws: HPKE.Failure.messageLimitReached) { try receiver.open(last, binding: []) }
    }

    @Test("with a shared secret and a known sender, only those open", arguments: [HPKE.KEM.p256, .x25519])
    func modes(kem: HPKE.KEM) throws {
        let key = HPKE.PrivateKey(kem: kem)
        let own = HPKE.PrivateKey(kem: kem)
        let psk = try preSharedKey(1)
        let otherPSK = try preSharedKey(2)
        var sender = try HPKE.Sender(to: key.publicKey, info: info, preSharedKey: psk)
        var sealed = try sender.seal(plaintext, binding: [])
        var right = try HPKE.Receiver(sender.encapsulatedKey, key: key, info: info, preSharedKey: psk)
        var wrong = try HPKE.Receiver(sender.encapsulatedKey, key: key, info: info, preSharedKey: otherPSK)
        #expect(throws: HPKE.Failure.notAuthentic) { try wrong.open(sealed, binding: []) }
        #expect(try right.open(sealed, binding: []) == plaintext)

        sender = try HPKE.Sender(to: key.publicKey, from: own, info: info)
        sealed = try sender.seal(plaintext, binding: [])
        right = try HPKE.Receiver(sender.encapsulatedKey, key: key, from: own.publicKey, info: info)
        wrong = try HPKE.Receiver(sender.encapsulatedKey, key: key, from: key.publicKey, info: info)
        #expect(throws: HPKE.Failure.notAuthentic) { try wrong.open(sealed, binding: []) }
        #expect(try right.open(sealed, binding: []) == plaintext)

        sender = try HPKE.Sender(to: key.publicKey, from: own, info: info, preSharedKey: psk)
        sealed = try sender.seal(plaintext, binding: [])
        right = try HPKE.Receiver(
            sender.encapsulatedKey, key: key, from: own.publicKey, info: info, preSharedKey: psk)
        wrong = try HPKE.Receiver(sender.encapsulatedKey, key: key, from: own.publicKey, info: info)
        #expect(throws: HPKE.Failure.notAuthentic) { try wrong.open(sealed, binding: []) }
        #expect(try right.open(sealed, binding: []) == plaintext)
    }

    private func preSharedKey(_ fill: UInt8) throws -> HPKE.PreSharedKey {
        let secret = SecretBytes(copying: [UInt8](repeating: fill, count: 32))
        guard let key = HPKE.PreSharedKey(id: [fill], secret: secret) else { throw HPKE.KeyError.invalid }
        return key
    }

    @Test("a shared secret below 32 bytes or without a name is refused")
    func weakPreSharedKey() {
        let short = HPKE.PreSharedKey(id: [1], secret: .random(byteCount: 31))
        let isShortRefused = short == nil
        let nameless = HPKE.PreSharedKey(id: [], secret: .random(byteCount: 32))
        let isNamelessRefused = nameless == nil
        #expect(isShortRefused && isNamelessRefused)
    }

    @Test("bytes that are no key of the KEM are refused", arguments: HPKE.KEM.allCases)
    func badKeys(kem: HPKE.KEM) {
        let byteCount = HPKE.PrivateKey(kem: kem).publicKey.bytes.count
        for size in [0, 1, byteCount - 1, byteCount + 1] {
            #expect(throws: HPKE.KeyError.invalid) {
                try HPKE.PublicKey([UInt8](repeating: 4, count: size), kem: kem)
            }
        }
        if kem != .x25519 {
            #expect(throws: HPKE.KeyError.invalid) {
                try HPKE.PublicKey([UInt8](repeating: 0xFF, count: byteCount), kem: kem)
            }
        }
        #expect(throws: HPKE.KeyError.invalid) {
            _ = try HPKE.PrivateKey(.random(byteCount: 31), kem: kem)
        }
    }

    @Test("a key of small order gets nothing sealed, in any mode, and opens nothing")
    func smallOrder() throws {
        let key = HPKE.PrivateKey(kem: .x25519)
        let zero = HPKE.PublicKey(try X25519.PublicKey([UInt8](repeating: 0, count: 32)))
        #expect(throws: HPKE.Failure.unusableKey) { _ = try HPKE.Sender(to: zero, info: []) }
        #expect(throws: HPKE.Failure.unusableKey) { _ = try HPKE.Sender(to: zero, from: key, info: []) }
        #expect(throws: HPKE.Failure.notAuthentic) { _ = try HPKE.Receiver(zero.bytes, key: key, info: []) }
        #expect(throws: HPKE.Failure.notAuthentic) {
            _ = try HPKE.Receiver(key.publicKey.bytes, key: key, from: zero, info: [])
        }
    }

    @Test("a sender of another KEM, or of one that cannot authenticate, is refused on both sides",
          arguments: HPKE.KEM.allCases, HPKE.KEM.allCases)
    func foreignSender(kem: HPKE.KEM, other: HPKE.KEM) throws {
        let canAuthenticate = kem == other && (kem == .p256 || kem == .x25519)
        guard !canAuthenticate else { return }
        let key = HPKE.PrivateKey(kem: kem)
        let own = HPKE.PrivateKey(kem: other)
        let encapsulated = try HPKE.Sender(to: key.publicKey, info: []).encapsulatedKey
        #expect(throws: HPKE.Failure.unusableKey) { _ = try HPKE.Sender(to: key.publicKey, from: own, info: []) }
        #expect(throws: HPKE.Failure.notAuthentic) {
            _ = try HPKE.Receiver(encapsulated, key: key, from: own.publicKey, info: [])
        }
    }

    @Test("an export-only context exports, and traps when it is to seal or to open")
    func exportOnly() async throws {
        let suite = HPKE.Suite(kdf: .shake256, aead: .exportOnly)
        let key = HPKE.PrivateKey(kem: .xWing)
        let sender = try HPKE.Sender(to: key.publicKey, info: info, suite: suite)
        let receiver = try HPKE.Receiver(sender.encapsulatedKey, key: key, info: info, suite: suite)
        let isSame = ConstantTime.equal(
            sender.export(bound, byteCount: 1_000), receiver.export(bound, byteCount: 1_000))
        #expect(isSame)
        await #expect(processExitsWith: .failure) {
            let suite = HPKE.Suite(kdf: .hkdfSHA256, aead: .exportOnly)
            var sender = try HPKE.Sender(to: HPKE.PrivateKey(kem: .x25519).publicKey, info: [], suite: suite)
            _ = try sender.seal([1], binding: [])
        }
        await #expect(processExitsWith: .failure) {
            let suite = HPKE.Suite(kdf: .hkdfSHA256, aead: .exportOnly)
            let key = HPKE.PrivateKey(kem: .x25519)
            let sender = try HPKE.Sender(to: key.publicKey, info: [], suite: suite)
            var receiver = try HPKE.Receiver(sender.encapsulatedKey, key: key, info: [], suite: suite)
            _ = try receiver.open([UInt8](repeating: 0, count: 20), binding: [])
        }
    }

    @Test("no more is exported than the KDF has bounds for")
    func exportBound() async throws {
        let key = HPKE.PrivateKey(kem: .x25519)
        let sender = try HPKE.Sender(to: key.publicKey, info: [])
        let longest = sender.export([], byteCount: 255 * 32).byteCount
        #expect(longest == 8_160)
        await #expect(processExitsWith: .failure) {
            let sender = try HPKE.Sender(to: HPKE.PrivateKey(kem: .x25519).publicKey, info: [])
            _ = sender.export([], byteCount: 255 * 32 + 1)
        }
    }
}
