import CSodium

/// BLAKE2b (RFC 7693), by libsodium: a fast hash for what stays inside one program.
///
/// Not in a browser's own cryptography, so nothing that a client must compute uses it.
public enum BLAKE2b {
    /// The sizes a digest may have, in bytes.
    public static let byteCounts = 16...64

    /// The digest of `bytes`; `byteCount` outside ``byteCounts`` traps.
    public static func hash(_ bytes: [UInt8], byteCount: Int = 32) -> [UInt8] {
        precondition(byteCounts.contains(byteCount), "a BLAKE2b digest has 16 to 64 bytes")
        Sodium.start()
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            _ = crypto_generichash_blake2b(buffer.bytes, byteCount, bytes, UInt64(bytes.count), nil, 0)
            count = byteCount
        }
    }

    /// The digest of `bytes` under `key` (16 to 64 bytes): a keyed hash for stored tokens.
    public static func hash(_ bytes: [UInt8], key: borrowing SecretBytes, byteCount: Int = 32) -> [UInt8] {
        precondition(byteCounts.contains(byteCount), "a BLAKE2b digest has 16 to 64 bytes")
        precondition(byteCounts.contains(key.byteCount), "a BLAKE2b key has 16 to 64 bytes")
        Sodium.start()
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            key.withUnsafeBytes { key in
                _ = crypto_generichash_blake2b(
                    buffer.bytes, byteCount, bytes, UInt64(bytes.count), key.bytes, key.count)
            }
            count = byteCount
        }
    }
}
