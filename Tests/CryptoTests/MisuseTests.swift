import Testing

@testable import Crypto

/// Mirrors `Argon2id`, `BLAKE2b`, `BulkCipher`, `ChaCha20Poly1305`, `HPKE`, `Keccak`, `MLKEM`, `PolynomialCoding`,
/// `Polynomials`, `RandomBytes`, `SecretBytes`, `SHA256`, `SHA512`, `X25519` and `XChaCha20Poly1305`: what only a
/// caller's mistake leads to ends the program.
@Suite struct MisuseTests {
    @Test("a salt or a key size that Argon2id does not have traps")
    func argon2id() async {
        await #expect(processExitsWith: .failure) {
            _ = try Argon2id.deriveKey(from: .random(byteCount: 8), salt: [1])
        }
        await #expect(processExitsWith: .failure) {
            let salt = [UInt8](repeating: 1, count: 16)
            _ = try Argon2id.deriveKey(from: .random(byteCount: 8), salt: salt, byteCount: 15)
        }
    }

    @Test("a digest or key size that BLAKE2b does not have traps")
    func blake2b() async {
        await #expect(processExitsWith: .failure) { _ = BLAKE2b.hash([], byteCount: 15) }
        await #expect(processExitsWith: .failure) {
            _ = BLAKE2b.hash([], key: .random(byteCount: 32), byteCount: 65)
        }
        await #expect(processExitsWith: .failure) { _ = BLAKE2b.hash([], key: .random(byteCount: 15)) }
    }

    @Test("sealing into too little room traps, and opening into it fails")
    func room() async {
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes.random(byteCount: 32)
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            let room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            BulkCipher.chaCha20Poly1305.seal(
                nothing, key: key, nonce: [UInt8](repeating: 0, count: 12), binding: [], into: room)
        }
        let isOpened = [UInt8](repeating: 0, count: 20).withUnsafeBytes {
            BulkCipher.aes128GCM.open(
                $0, key: .random(byteCount: 16), nonce: [UInt8](repeating: 0, count: 12), binding: [],
                into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
        }
        #expect(!isOpened)
    }

    @Test("a key of another size, or one beyond the end of what was stored, traps")
    func keys() async {
        await #expect(processExitsWith: .failure) {
            _ = ChaCha20Poly1305.Key(checked: .random(byteCount: 31)).exportSecret().byteCount
        }
        await #expect(processExitsWith: .failure) {
            let publicKey = X25519.PrivateKey().publicKey
            _ = X25519.PrivateKey(fromSealedStore: .random(byteCount: 40), at: 9, publicKey: publicKey).publicKey
        }
        await #expect(processExitsWith: .failure) {
            _ = MLKEM768.DecapsulationKey(seedOf: .random(byteCount: 70), at: 7).encapsulationKey
        }
    }

    @Test("more information than its size field can tell traps in HPKE")
    func information() async {
        await #expect(processExitsWith: .failure) {
            let info = [UInt8](repeating: 0, count: 65_536)
            _ = try HPKE.Sender(to: HPKE.PrivateKey(kem: .x25519).publicKey, info: info).encapsulatedKey
        }
    }

    @Test("a sponge that was squeezed takes in no more")
    func sponge() async {
        await #expect(processExitsWith: .failure) {
            var sponge = Keccak.shake128()
            _ = sponge.squeeze(1)
            sponge.absorb([1])
        }
    }

    @Test("polynomials that are not there, or in too little room, trap")
    func polynomials() async {
        await #expect(processExitsWith: .failure) { _ = Polynomials(count: 1)[1] }
        await #expect(processExitsWith: .failure) {
            let one = Polynomials(count: 1)
            PolynomialCoding.encode(one[0], into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
        }
        await #expect(processExitsWith: .failure) {
            let one = Polynomials(count: 1)
            PolynomialCoding.decode(UnsafeRawBufferPointer(start: nil, count: 0), into: one[0])
        }
    }

    @Test("a negative size traps, and so does a part outside of its secret")
    func sizes() async {
        await #expect(processExitsWith: .failure) { _ = RandomBytes.make(byteCount: -1) }
        await #expect(processExitsWith: .failure) { _ = SecretBytes(byteCount: -1) { _ in }.byteCount }
        await #expect(processExitsWith: .failure) { _ = SecretBytes.random(byteCount: 4).part(1..<5).byteCount }
    }

    @Test("room of another size than the digest traps")
    func digests() async {
        await #expect(processExitsWith: .failure) {
            var hash = SHA256()
            hash.finish(into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
        }
        await #expect(processExitsWith: .failure) {
            var hash = SHA512()
            hash.finish(into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
        }
    }

    @Test("a chosen nonce of another size traps")
    func nonce() async {
        await #expect(processExitsWith: .failure) {
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            let key = XChaCha20Poly1305.Key()
            _ = XChaCha20Poly1305.sealWithChosenNonce(nothing, key: key, nonce: [1], binding: [])
        }
    }
}
