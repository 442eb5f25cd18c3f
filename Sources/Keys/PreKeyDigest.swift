import Crypto

/// Whether a device and the server still hold the same long-lived keys, in 32 bytes.
///
/// SHA-256 over, in this order: the device identity (64 bytes); the signed bytes and the signature of the signed
/// prekey (108); a byte that says which of the next two are there (bit 0 and bit 1); those of the last-resort prekey
/// (108); those of the last-resort ML-KEM prekey (1,252).
public enum PreKeyDigest {
    /// The digest of those keys.
    public static func of(
        identity: DeviceIdentityKeys, signedPreKey: SignedPreKey, lastResortPreKey: SignedPreKey?,
        kemLastResortPreKey: KEMPreKey?
    ) -> [UInt8] {
        var hash = SHA256()
        hash.update(identity.bytes)
        hash.update(signedPreKey.digestedBytes)
        hash.update([(lastResortPreKey == nil ? 0 : 0b01) | (kemLastResortPreKey == nil ? 0 : 0b10)])
        hash.update(lastResortPreKey?.digestedBytes ?? [])
        hash.update(kemLastResortPreKey?.digestedBytes ?? [])
        return hash.finish()
    }
}
