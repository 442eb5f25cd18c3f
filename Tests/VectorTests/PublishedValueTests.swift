import Testing

@testable import Crypto
@testable import Keys

/// Single values that other projects publish in their unit tests.
@Suite(.enabled(if: Vectors.arePresent, "published vectors are not beside this package"))
struct PublishedValueTests {
    private struct Values: Decodable {
        struct Agreement: Decodable {
            let a_private: Hex
            let a_public: Hex
            let b_private: Hex
            let b_public: Hex
            let shared: Hex
        }

        struct Fingerprint: Decodable {
            let iterations: Int
            let alice_identity: Hex
            let bob_identity: Hex
            let alice_id: String
            let bob_id: String
            let displayable: String
        }

        let x25519: [Agreement]
        let fingerprint: [Fingerprint]
    }

    private func values() throws -> Values { try Vectors.json("values/values.json") }

    @Test("X25519 agrees from both sides")
    func agreement() throws {
        let values = try values().x25519
        for value in values {
            let alice = try X25519.PrivateKey(SecretBytes(copying: value.a_private.bytes))
            let bob = try X25519.PrivateKey(SecretBytes(copying: value.b_private.bytes))
            #expect(alice.publicKey.bytes == value.a_public.bytes)
            #expect(bob.publicKey.bytes == value.b_public.bytes)
            let atAlice = try alice.agree(with: bob.publicKey).exportUnprotected()
            let atBob = try bob.agree(with: alice.publicKey).exportUnprotected()
            #expect(atAlice == value.shared.bytes && atBob == value.shared.bytes)
        }
        var tally = Tally("values/values.json x25519")
        tally.count(.valid, values.count)
        tally.printed()
    }

    @Test("safety numbers are built as Signal's are")
    func safetyNumber() throws {
        let values = try values().fingerprint
        for value in values {
            #expect(value.iterations == SafetyNumber.iterationCount)
            let number = SafetyNumber(
                localName: Array(value.alice_id.utf8), localKey: value.alice_identity.bytes,
                remoteName: Array(value.bob_id.utf8), remoteKey: value.bob_identity.bytes)
            #expect(number.digits == value.displayable)
        }
        var tally = Tally("values/values.json fingerprint")
        tally.count(.valid, values.count)
        tally.printed("digits; scannable forms not run: ours is another")
    }
}
