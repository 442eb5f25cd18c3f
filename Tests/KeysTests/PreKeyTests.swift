import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct PreKeyTests {
    @Test("a signed prekey is good for its device and kind only, and not with any bit flipped")
    func signedPreKey() throws {
        let keys = try TestKeys()
        let identity = keys.identity.publicKeys
        let other = DeviceIdentity().publicKeys
        let payload = try keys.signed(.standing)
        let key = try SignedPreKey(payload)
        #expect(key.payload == payload)
        #expect(key.isSigned(by: identity, as: .standing))
        #expect(!key.isSigned(by: identity, as: .lastResort))
        #expect(!key.isSigned(by: other, as: .standing))
        let lastResort = try SignedPreKey(keys.signed(.lastResort))
        #expect(lastResort.isSigned(by: identity, as: .lastResort) && !lastResort.isSigned(by: identity, as: .standing))
        for bit in 0..<256 {
            var forged = payload
            forged.key = payload.key.flipped(bit)
            #expect(try !SignedPreKey(forged).isSigned(by: identity, as: .standing))
            forged = payload
            forged.signature = payload.signature.flipped(bit * 2)
            #expect(try !SignedPreKey(forged).isSigned(by: identity, as: .standing))
        }
        var forged = payload
        forged.id += 1
        #expect(try !SignedPreKey(forged).isSigned(by: identity, as: .standing))
        forged = payload
        forged.createdAt = Timestamp(milliseconds: payload.createdAt.milliseconds + 1)
        #expect(try !SignedPreKey(forged).isSigned(by: identity, as: .standing))
    }

    @Test("an ML-KEM prekey is good for its device and kind only, and not with any bit flipped")
    func kemPreKey() throws {
        let keys = try TestKeys()
        let identity = keys.identity.publicKeys
        let payload = try keys.kem(.oneTime, 5)
        let key = try KEMPreKey(payload)
        #expect(key.payload == payload)
        #expect(key.isSigned(by: identity, as: .oneTime) && !key.isSigned(by: identity, as: .lastResort))
        #expect(key.kind(signedBy: identity) == .oneTime)
        #expect(try KEMPreKey(keys.kem(.lastResort, 5)).kind(signedBy: identity) == .lastResort)
        #expect(key.kind(signedBy: DeviceIdentity().publicKeys) == nil)
        for bit in stride(from: 0, to: payload.key.count * 8, by: 61) {
            var forged = payload
            forged.key = payload.key.flipped(bit)
            // A flipped bit may make a number that is not reduced: then there is no key at all.
            if let key = try? KEMPreKey(forged) { #expect(key.kind(signedBy: identity) == nil) }
        }
        var forged = payload
        forged.id += 1
        #expect(try KEMPreKey(forged).kind(signedBy: identity) == nil)
    }

    @Test("fields of another size and ids of zero are out of bounds")
    func malformed() throws {
        let keys = try TestKeys()
        var signed = try keys.signed(.standing)
        signed.id = 0
        #expect(throws: KeyFormatError.outOfBounds) { try SignedPreKey(signed) }
        signed = try keys.signed(.standing)
        signed.key.removeLast()
        #expect(throws: KeyFormatError.outOfBounds) { try SignedPreKey(signed) }
        signed = try keys.signed(.standing)
        signed.signature.append(0)
        #expect(throws: KeyFormatError.outOfBounds) { try SignedPreKey(signed) }
        #expect(throws: KeyFormatError.outOfBounds) {
            try OneTimePreKey(OneTimePreKeyPayload(id: 0, key: [UInt8](repeating: 1, count: 32)))
        }
        #expect(throws: KeyFormatError.outOfBounds) {
            try OneTimePreKey(OneTimePreKeyPayload(id: 1, key: [UInt8](repeating: 1, count: 31)))
        }
        var kem = try keys.kem(.oneTime, 1)
        kem.key = [UInt8](repeating: 0xFF, count: 1_184)
        #expect(throws: KeyFormatError.outOfBounds) { try KEMPreKey(kem) }
        kem = try keys.kem(.oneTime, 1)
        kem.signature = []
        #expect(throws: KeyFormatError.outOfBounds) { try KEMPreKey(kem) }
    }

    @Test("pairs come back from the sealed store as they were, and not from a store cut short")
    func stored() throws {
        let identity = DeviceIdentity()
        let peer = X25519.PrivateKey()
        let id = try TestKeys.id(77)
        let signed = SignedPreKeyPair(.lastResort, id: id, createdAt: TestKeys.now, signedBy: identity)
        let signedAgain = try SignedPreKeyPair(fromSealedStore: signed.exportForSealedStore())
        #expect(signedAgain.publicKey == signed.publicKey)
        let expected = try signed.agree(with: peer.publicKey).exportUnprotected()
        let found = try signedAgain.agree(with: peer.publicKey).exportUnprotected()
        #expect(found == expected)
        let ratchetKey = signedAgain.ratchetKey().publicKey
        #expect(ratchetKey == signed.publicKey.agreement)
        let oneTime = OneTimePreKeyPair(id: id)
        let oneTimeAgain = try OneTimePreKeyPair(fromSealedStore: oneTime.exportForSealedStore())
        #expect(oneTimeAgain.publicKey == oneTime.publicKey)
        for kind in KEMPreKey.Kind.allCases {
            let kem = KEMPreKeyPair(kind, id: id, signedBy: identity)
            let kemAgain = try KEMPreKeyPair(fromSealedStore: kem.exportForSealedStore())
            #expect(kemAgain.publicKey == kem.publicKey && kemAgain.kind == kind)
            let made = kem.publicKey.encapsulationKey.encapsulate()
            let sent = made.sharedSecret.exportUnprotected()
            let received = kemAgain.decapsulate(made.ciphertext).exportUnprotected()
            #expect(sent == received)
        }
        for byteCount in [0, 67, 69, 132, 134, 139, 141] {
            let stored = SecretBytes(copying: [UInt8](repeating: 1, count: byteCount))
            #expect(throws: KeyFormatError.truncated) { _ = try SignedPreKeyPair(fromSealedStore: stored).publicKey }
            #expect(throws: KeyFormatError.truncated) { _ = try OneTimePreKeyPair(fromSealedStore: stored).publicKey }
            #expect(throws: KeyFormatError.truncated) { _ = try KEMPreKeyPair(fromSealedStore: stored).publicKey }
        }
        #expect(throws: KeyFormatError.outOfBounds) {
            _ = try KEMPreKeyPair(fromSealedStore: SecretBytes(copying: [UInt8](repeating: 3, count: 133))).publicKey
        }
    }

    @Test("the digest of what a device holds changes with each key and with which keys there are")
    func digest() throws {
        let keys = try TestKeys()
        let identity = keys.identity.publicKeys
        let signed = try SignedPreKey(keys.signed(.standing))
        let lastResort = try SignedPreKey(keys.signed(.lastResort))
        let kem = try KEMPreKey(keys.kem(.lastResort, 1))
        func digest(
            _ signed: SignedPreKey, _ lastResort: SignedPreKey?, _ kem: KEMPreKey?, of identity: DeviceIdentityKeys
        ) -> [UInt8] {
            PreKeyDigest.of(
                identity: identity, signedPreKey: signed, lastResortPreKey: lastResort, kemLastResortPreKey: kem)
        }
        let digests: Set<[UInt8]> = [
            digest(signed, nil, nil, of: identity), digest(signed, lastResort, nil, of: identity),
            digest(signed, nil, kem, of: identity), digest(signed, lastResort, kem, of: identity),
            digest(lastResort, nil, nil, of: identity), digest(signed, nil, nil, of: DeviceIdentity().publicKeys),
        ]
        #expect(digests.count == 6 && digests.allSatisfy { $0.count == 32 })
    }
}
