import CCrypto
import CSodium

/// What the libraries ask for when nobody stands between: arrays of the right size, made before the clock runs.
enum Bare {
    /// One message through libcrypto's AEADs, context and all. `key` decides between 16 and 32 bytes.
    static func seal(
        _ cipher: OpaquePointer?, _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], into output: inout [UInt8]
    ) {
        let context = EVP_CIPHER_CTX_new()
        var count: Int32 = 0
        EVP_EncryptInit_ex(context, cipher, nil, key, nonce)
        output.withUnsafeMutableBufferPointer { output in
            guard let start = output.baseAddress else { return }
            EVP_EncryptUpdate(context, start, &count, plaintext, Int32(plaintext.count))
            EVP_EncryptFinal_ex(context, start + plaintext.count, &count)
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, start + plaintext.count)
        }
        EVP_CIPHER_CTX_free(context)
    }

    static func sha256(_ bytes: [UInt8], into digest: inout [UInt8]) {
        var state = SHA256state_st()
        SHA256_Init(&state)
        SHA256_Update(&state, bytes, bytes.count)
        SHA256_Final(&digest, &state)
    }

    /// HKDF-SHA256 by libcrypto's key derivation, fetched anew as its documentation has it.
    static func hkdf(_ secret: [UInt8], salt: [UInt8], info: [UInt8], into output: inout [UInt8]) {
        let context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil)
        EVP_PKEY_derive_init(context)
        EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256())
        EVP_PKEY_CTX_set1_hkdf_salt(context, salt, Int32(salt.count))
        EVP_PKEY_CTX_set1_hkdf_key(context, secret, Int32(secret.count))
        EVP_PKEY_CTX_add1_hkdf_info(context, info, Int32(info.count))
        var count = output.count
        EVP_PKEY_derive(context, &output, &count)
        EVP_PKEY_CTX_free(context)
    }

    static func hmac(_ key: [UInt8], _ message: [UInt8], into tag: inout [UInt8]) {
        var count: UInt32 = 0
        HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &tag, &count)
    }
}
