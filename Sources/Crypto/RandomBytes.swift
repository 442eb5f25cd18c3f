import CSodium

/// Bytes from the system's random source, for what is not secret: nonces, salts, identifiers, challenges.
/// Secrets come from ``SecretBytes/random(byteCount:)``.
public enum RandomBytes {
    /// `byteCount` random bytes.
    public static func make(byteCount: Int) -> [UInt8] {
        precondition(byteCount >= 0, "a size is not negative")
        Sodium.start()
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            randombytes_buf(buffer.bytes, byteCount)
            count = byteCount
        }
    }
}
