import Testing

@testable import Crypto

/// Mirrors `ChaCha20Poly1305`, `XChaCha20Poly1305`, `AESGCM` and `BulkCipher`.
@Suite struct SealingTests {
    private static let sizes = [0, 1, 15, 16, 63, 64, 500, 1_023, 1_024, 1_025, 65_536, 100_001]
    private let bound = Array("bound".utf8)

    @Test("what is sealed opens, on both sides of the size where the library changes", arguments: sizes)
    func roundTrip(byteCount: Int) throws {
        let plaintext = RandomBytes.make(byteCount: byteCount)
        let key = ChaCha20Poly1305.Key()
        let sealed = ChaCha20Poly1305.seal(plaintext, key: key, nonce: .zero, binding: bound)
        #expect(sealed.count == byteCount + ChaCha20Poly1305.tagByteCount)
        let opened = try ChaCha20Poly1305.open(sealed, key: key.duplicate(), nonce: .zero, binding: bound)
        #expect(opened == plaintext)
        let fromSecret = ChaCha20Poly1305.seal(
            secret: SecretBytes(copying: plaintext), key: key, nonce: .zero, binding: bound)
        #expect(fromSecret == sealed)
        let openedSecret = try ChaCha20Poly1305.openSecret(sealed, key: key, nonce: .zero, binding: bound)
            .exportUnprotected()
        #expect(openedSecret == plaintext)
        let storeKey = XChaCha20Poly1305.Key()
        let stored = XChaCha20Poly1305.seal(plaintext, key: storeKey, binding: bound)
        let loaded = try XChaCha20Poly1305.open(stored, key: storeKey, binding: bound)
        #expect(loaded == plaintext && stored.count == byteCount + XChaCha20Poly1305.overheadByteCount)
        let storedSecret = XChaCha20Poly1305.seal(
            secret: SecretBytes(copying: plaintext), key: storeKey, binding: bound)
        let loadedSecret = try XChaCha20Poly1305.openSecret(storedSecret, key: storeKey, binding: bound)
            .exportUnprotected()
        #expect(loadedSecret == plaintext && storedSecret != stored)
        for keyByteCount in [16, 32] {
            let blockKey = try AESGCM.Key(.random(byteCount: keyByteCount))
            let nonce = try AESGCM.Nonce(RandomBytes.make(byteCount: 12))
            let block = AESGCM.seal(plaintext, key: blockKey, nonce: nonce, binding: bound)
            let blockOpened = try AESGCM.open(block, key: blockKey, nonce: nonce, binding: bound)
            #expect(blockOpened == plaintext)
        }
    }

    @Test("both libraries give the same bytes in every size to 300", arguments: [0, 100, 200])
    func sameBytes(start: Int) {
        let key = ChaCha20Poly1305.Key()
        for byteCount in start..<(start + 101) {
            let plaintext = RandomBytes.make(byteCount: byteCount)
            var bulk = [UInt8](repeating: 0, count: byteCount + 16)
            bulk.withUnsafeMutableBytes { output in
                plaintext.withUnsafeBytes {
                    BulkCipher.chaCha20Poly1305.seal(
                        $0, key: key.secret, nonce: ChaCha20Poly1305.Nonce.zero.bytes, binding: bound, into: output)
                }
            }
            let sealed = ChaCha20Poly1305.seal(plaintext, key: key, nonce: .zero, binding: bound)
            #expect(sealed == bulk)
        }
    }

    @Test("a sealed message cut anywhere or with any bit flipped does not open", arguments: [0, 40, 2_050])
    func tampering(byteCount: Int) throws {
        let key = ChaCha20Poly1305.Key()
        let storeKey = XChaCha20Poly1305.Key()
        let blockKey = try AESGCM.Key(.random(byteCount: 16))
        let nonce = try AESGCM.Nonce(RandomBytes.make(byteCount: 12))
        let plaintext = RandomBytes.make(byteCount: byteCount)
        let sealed = ChaCha20Poly1305.seal(plaintext, key: key, nonce: .zero, binding: bound)
        let stored = XChaCha20Poly1305.seal(plaintext, key: storeKey, binding: bound)
        let block = AESGCM.seal(plaintext, key: blockKey, nonce: nonce, binding: bound)
        func opensAnything(_ sealed: [UInt8], _ stored: [UInt8], _ block: [UInt8]) -> Bool {
            (try? ChaCha20Poly1305.open(sealed, key: key, nonce: .zero, binding: bound)) != nil
                || (try? XChaCha20Poly1305.open(stored, key: storeKey, binding: bound)) != nil
                || (try? AESGCM.open(block, key: blockKey, nonce: nonce, binding: bound)) != nil
        }
        for count in stride(from: 0, to: sealed.count, by: byteCount > 100 ? 97 : 1) {
            #expect(!opensAnything(Array(sealed[..<count]), Array(stored[..<count]), Array(block[..<count])))
        }
        for bit in stride(from: 0, to: sealed.count * 8, by: byteCount > 100 ? 101 : 1) {
            #expect(!opensAnything(sealed.flipped(bit), stored.flipped(bit), block.flipped(bit)))
        }
        #expect(throws: AuthenticationFailure()) {
            try ChaCha20Poly1305.open(sealed, key: key, nonce: .zero, binding: [])
        }
        #expect(throws: AuthenticationFailure()) { try XChaCha20Poly1305.open(stored, key: storeKey, binding: []) }
        #expect(throws: AuthenticationFailure()) {
            try AESGCM.open(block, key: blockKey, nonce: nonce, binding: [])
        }
        #expect(throws: AuthenticationFailure()) {
            try ChaCha20Poly1305.open(sealed, key: ChaCha20Poly1305.Key(), nonce: .zero, binding: bound)
        }
        #expect(throws: AuthenticationFailure()) {
            _ = try ChaCha20Poly1305.openSecret(sealed.flipped(0), key: key, nonce: .zero, binding: bound).byteCount
        }
        #expect(throws: AuthenticationFailure()) {
            _ = try XChaCha20Poly1305.openSecret(stored.flipped(0), key: storeKey, binding: bound).byteCount
        }
        #expect(throws: AuthenticationFailure()) {
            _ = try ChaCha20Poly1305.openSecret([], key: key, nonce: .zero, binding: bound).byteCount
        }
        #expect(throws: AuthenticationFailure()) {
            _ = try XChaCha20Poly1305.openSecret([], key: storeKey, binding: bound).byteCount
        }
    }
}

extension [UInt8] {
    /// The same bytes with one bit the other way.
    func flipped(_ bit: Int) -> [UInt8] {
        var bytes = self
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return bytes
    }
}
