import Crypto

/// Whether a device and the server still hold the same long-lived keys, in 32 bytes.
///
/// SHA-256 over, in this order: the device identity (64 bytes), the signed prekey (108 bytes) and, when there is one,
/// the last-resort ML-KEM prekey (1,261 bytes).
public enum PreKeyDigest {
    /// The digest of those keys.
    public static func of(
        identity: DeviceIdentityKeys, signedPreKey: SignedPreKey, kemLastResortPreKey: KEMPreKey?
    ) -> [UInt8] {
        SHA256.hash(identity.bytes + signedPreKey.bytes + (kemLastResortPreKey?.bytes ?? []))
    }
}
