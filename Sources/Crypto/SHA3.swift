/// SHA-3 and SHAKE (FIPS 202), ours: libsodium 1.0.18 has neither, and ML-KEM and X-Wing are built on them.
public enum SHA3 {
    /// The 32-byte SHA3-256 digest of `bytes`.
    public static func digest256(_ bytes: [UInt8]) -> [UInt8] {
        var sponge = Keccak.sha3(digestByteCount: 32)
        sponge.absorb(bytes)
        return sponge.squeeze(32)
    }

    /// The 64-byte SHA3-512 digest of `bytes`.
    public static func digest512(_ bytes: [UInt8]) -> [UInt8] {
        var sponge = Keccak.sha3(digestByteCount: 64)
        sponge.absorb(bytes)
        return sponge.squeeze(64)
    }

    /// `byteCount` bytes of SHAKE128 over `bytes`.
    public static func shake128(_ bytes: [UInt8], byteCount: Int) -> [UInt8] {
        var sponge = Keccak.shake128()
        sponge.absorb(bytes)
        return sponge.squeeze(byteCount)
    }

    /// `byteCount` bytes of SHAKE256 over `bytes`.
    public static func shake256(_ bytes: [UInt8], byteCount: Int) -> [UInt8] {
        var sponge = Keccak.shake256()
        sponge.absorb(bytes)
        return sponge.squeeze(byteCount)
    }

    /// The 32-byte SHA3-256 digest of a secret, as X-Wing combines shared secrets.
    public static func secretDigest256(_ secret: borrowing SecretBytes) -> SecretBytes {
        var sponge = Keccak.sha3(digestByteCount: 32)
        sponge.absorb(secret)
        return sponge.squeezeSecret(32)
    }

    /// `byteCount` bytes of SHAKE256 over a secret seed.
    public static func secretShake256(_ seed: borrowing SecretBytes, byteCount: Int) -> SecretBytes {
        var sponge = Keccak.shake256()
        sponge.absorb(seed)
        return sponge.squeezeSecret(byteCount)
    }
}
