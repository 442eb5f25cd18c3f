import Testing

@testable import Crypto

@Suite(.enabled(if: Vectors.arePresent, "published vectors are not beside this package"))
struct P256VectorTests {
    @Test("P-256 agrees on the published secrets, and takes one encoding of a public key only")
    func agreement() throws {
        try Wycheproof.run("ecdh_secp256r1_test.json") { _, test in
            guard let point = Self.point(test.public.bytes), let peer = try? P256.PublicKey(point) else {
                return false
            }
            let number = test.private.bytes.drop { $0 == 0 }
            let secret = [UInt8](repeating: 0, count: max(0, 32 - number.count)) + number
            let key = try P256.PrivateKey(SecretBytes(copying: secret))
            let shared = key.agree(with: peer).exportUnprotected()
            // An encoding that is only tolerated still has to give the right secret.
            #expect(shared == test.shared.bytes || test.result == .invalid, "case \(test.tcId)")
            return shared == test.shared.bytes
        }
    }

    @Test("ECDSA over P-256 verifies what is signed, in DER, and refuses what is forged")
    func signatures() throws {
        try Wycheproof.run("ecdsa_secp256r1_sha256_test.json") { group, test in
            guard let bytes = group.publicKey?.uncompressed, let signature = P256.Signature(der: test.sig.bytes) else {
                return false
            }
            return try P256.PublicKey(bytes.bytes).verifies(signature, over: test.msg.bytes)
        }
    }

    /// The point in a SubjectPublicKeyInfo of the named curve, uncompressed; no other form is ours.
    private static func point(_ der: [UInt8]) -> [UInt8]? {
        let head: [UInt8] = [
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
            0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ]
        guard der.starts(with: head), der.count == head.count + P256.publicKeyByteCount else { return nil }
        return Array(der.dropFirst(head.count))
    }
}
