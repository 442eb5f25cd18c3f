import CCrypto

/// libcrypto's AEADs behind one pair of calls: fast on much data, dear per call.
enum BulkCipher {
    case chaCha20Poly1305
    case aes128GCM
    case aes256GCM

    static let tagByteCount = 16

    private var cipher: OpaquePointer? {
        switch self {
        case .chaCha20Poly1305: EVP_chacha20_poly1305()
        case .aes128GCM: EVP_aes_128_gcm()
        case .aes256GCM: EVP_aes_256_gcm()
        }
    }

    /// Writes ciphertext then tag to `output`, which has room for exactly both.
    ///
    /// Traps when libcrypto refuses: with checked sizes that is lack of memory or a broken installation, and there is
    /// no ciphertext to go on with.
    func seal(
        _ plaintext: UnsafeRawBufferPointer, key: borrowing SecretBytes, nonce: [UInt8], binding bound: [UInt8],
        into output: UnsafeMutableRawBufferPointer
    ) {
        precondition(output.count == plaintext.count + Self.tagByteCount, "room for ciphertext and tag")
        let isDone = withContext { context in
            let started = key.withUnsafeBytes { key in
                EVP_EncryptInit_ex(context, cipher, nil, key.bytes, nonce)
            }
            var count: Int32 = 0
            let tag = output.bytes + plaintext.count
            return started == 1
                && (bound.isEmpty || EVP_EncryptUpdate(context, nil, &count, bound, Int32(bound.count)) == 1)
                && Self.inPieces(plaintext, output, { EVP_EncryptUpdate(context, $0, &count, $1, $2) == 1 })
                && EVP_EncryptFinal_ex(context, output.bytes, &count) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagByteCount), tag) == 1
        }
        precondition(isDone, "libcrypto cannot seal")
    }

    /// Writes the plaintext of `sealed` to `output`, which has room for exactly that. When the result is `false`,
    /// what stands in `output` is zeros.
    func open(
        _ sealed: UnsafeRawBufferPointer, key: borrowing SecretBytes, nonce: [UInt8], binding bound: [UInt8],
        into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard sealed.count == output.count + Self.tagByteCount else { return false }
        let isAuthentic = withContext { context in
            let started = key.withUnsafeBytes { key in
                EVP_DecryptInit_ex(context, cipher, nil, key.bytes, nonce)
            }
            var count: Int32 = 0
            var tag = Array(sealed.suffix(Self.tagByteCount))
            let ciphertext = UnsafeRawBufferPointer(rebasing: sealed[..<output.count])
            return started == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1
                && (bound.isEmpty || EVP_DecryptUpdate(context, nil, &count, bound, Int32(bound.count)) == 1)
                && Self.inPieces(ciphertext, output, { EVP_DecryptUpdate(context, $0, &count, $1, $2) == 1 })
                && EVP_DecryptFinal_ex(context, output.bytes, &count) == 1
        }
        if !isAuthentic { output.initializeMemory(as: UInt8.self, repeating: 0) }
        return isAuthentic
    }

    /// libcrypto counts in 32 bits: more goes through in pieces of 1 GiB.
    private static func inPieces(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer,
        _ step: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, Int32) -> Bool
    ) -> Bool {
        var offset = 0
        while offset < input.count {
            let count = min(1 << 30, input.count - offset)
            guard step(output.bytes + offset, input.bytes + offset, Int32(count)) else {
                return false
            }
            offset += count
        }
        return true
    }

    private func withContext(_ body: (OpaquePointer) -> Bool) -> Bool {
        guard let context = EVP_CIPHER_CTX_new() else { return false }
        defer { EVP_CIPHER_CTX_free(context) }
        return body(context)
    }
}
