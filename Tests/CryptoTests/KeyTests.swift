import Testing

@testable import Crypto

/// Mirrors `X25519`, `Ed25519` and `LengthError`.
@Suite struct KeyTests {
    @Test("keys, nonces and signatures of another size are refused with both sizes")
    func lengths() {
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 31)) {
            try X25519.PublicKey([UInt8](repeating: 0, count: 31))
        }
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 33)) {
            _ = try X25519.PrivateKey(.random(byteCount: 33)).publicKey
        }
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 0)) {
            _ = try X25519.PrivateKey(fromSealedStore: .random(byteCount: 0), publicKey: X25519.PrivateKey().publicKey)
                .publicKey
        }
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 64)) {
            try Ed25519.PublicKey([UInt8](repeating: 0, count: 64))
        }
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 64)) {
            _ = try Ed25519.PrivateKey(seed: .random(byteCount: 64)).publicKey
        }
        #expect(throws: LengthError(expectedByteCount: 64, byteCount: 63)) {
            try Ed25519.Signature([UInt8](repeating: 0, count: 63))
        }
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 16)) {
            _ = try ChaCha20Poly1305.Key(.random(byteCount: 16)).exportSecret().byteCount
        }
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 24)) {
            _ = try XChaCha20Poly1305.Key(.random(byteCount: 24)).exportSecret().byteCount
        }
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 24)) {
            _ = try AESGCM.Key(.random(byteCount: 24)).secret.byteCount
        }
        #expect(throws: LengthError(expectedByteCount: 12, byteCount: 13)) {
            try AESGCM.Nonce([UInt8](repeating: 0, count: 13))
        }
        #expect(throws: LengthError(expectedByteCount: 12, byteCount: 24)) {
            try ChaCha20Poly1305.Nonce([UInt8](repeating: 0, count: 24))
        }
    }

    @Test("stored keys come back as the same keys")
    func storing() throws {
        let agreement = X25519.PrivateKey()
        let peer = X25519.PrivateKey()
        let worked = try X25519.PrivateKey(agreement.exportSecret())
        let taken = try X25519.PrivateKey(fromSealedStore: agreement.exportSecret(), publicKey: agreement.publicKey)
        #expect(worked.publicKey == agreement.publicKey)
        let expected = try agreement.agree(with: peer.publicKey).exportUnprotected()
        let fromWorked = try worked.agree(with: peer.publicKey).exportUnprotected()
        let fromTaken = try taken.agree(with: peer.publicKey).exportUnprotected()
        let fromDuplicate = try agreement.duplicate().agree(with: peer.publicKey).exportUnprotected()
        #expect(fromWorked == expected && fromTaken == expected && fromDuplicate == expected)
        let signing = Ed25519.PrivateKey()
        let again = try Ed25519.PrivateKey(seed: signing.exportSeed())
        #expect(again.publicKey == signing.publicKey)
        let (first, second) = (signing.sign([1, 2]), again.sign([1, 2]))
        #expect(first == second)
    }

    @Test("a key of small order is refused in an agreement and verifies nothing", arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ])
    func smallOrder(hex: String) throws {
        let peer = try X25519.PublicKey(Hex.decode(hex))
        #expect(throws: X25519.AgreementError.allZero) {
            _ = try X25519.PrivateKey().agree(with: peer).byteCount
        }
    }

    @Test("a signature is good for its key and message only")
    func signatures() {
        let key = Ed25519.PrivateKey()
        let signature = key.sign(Array("message".utf8))
        #expect(key.publicKey.verifies(signature, over: Array("message".utf8)))
        #expect(!key.publicKey.verifies(signature, over: Array("massage".utf8)))
        #expect(!key.publicKey.verifies(signature, over: []))
        let other = Ed25519.PrivateKey()
        #expect(!other.publicKey.verifies(signature, over: Array("message".utf8)))
    }
}
