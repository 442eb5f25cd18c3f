import CSodium

/// Key derivation from a secret (RFC 5869), over ``HMAC``.
///
/// libsodium 1.0.18 has none, so the two steps are here: extract makes one uniform key of what went in, expand makes
/// as many bytes as asked for of that key.
public enum HKDF {
    /// The most bytes one ``expand(_:key:info:byteCount:)`` gives: 255 digests.
    public static func byteCountMax(_ hash: Hash) -> Int { 255 * hash.byteCount }

    /// Step 1: the pseudorandom key, `hash.byteCount` bytes, of `input` under a public `salt` (empty means zeros).
    public static func extract(_ hash: Hash, salt: [UInt8], input: borrowing SecretBytes) -> SecretBytes {
        SecretBytes(byteCount: hash.byteCount) { key in
            salt.withUnsafeBytes { salt in
                input.withUnsafeBytes { HMAC.authenticate(hash, key: salt, pieces: $0, into: key) }
            }
        }
    }

    /// Step 1 with a secret salt, as a chain of roots uses it.
    public static func extract(
        _ hash: Hash, salt: borrowing SecretBytes, input: borrowing SecretBytes
    ) -> SecretBytes {
        SecretBytes(byteCount: hash.byteCount) { key in
            salt.withUnsafeBytes { salt in
                input.withUnsafeBytes { HMAC.authenticate(hash, key: salt, pieces: $0, into: key) }
            }
        }
    }

    /// Step 2: `byteCount` bytes for the use that `info` names.
    ///
    /// `byteCount` is the caller's use: outside `0...byteCountMax(hash)` it traps.
    public static func expand(
        _ hash: Hash, key: borrowing SecretBytes, info: [UInt8], byteCount: Int
    ) -> SecretBytes {
        precondition((0...byteCountMax(hash)).contains(byteCount), "HKDF gives at most 255 digests")
        return SecretBytes(byteCount: byteCount) { output in
            key.withUnsafeBytes { key in
                info.withUnsafeBytes { info in expand(hash, key: key, info: info, into: output) }
            }
        }
    }

    /// Both steps: `byteCount` bytes of `input` for the use that `info` names.
    public static func derive(
        _ hash: Hash, salt: [UInt8], input: borrowing SecretBytes, info: [UInt8], byteCount: Int
    ) -> SecretBytes {
        expand(hash, key: extract(hash, salt: salt, input: input), info: info, byteCount: byteCount)
    }

    private static func expand(
        _ hash: Hash, key: UnsafeRawBufferPointer, info: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) {
        let digestByteCount = hash.byteCount
        withUnsafeTemporaryAllocation(byteCount: digestByteCount, alignment: 16) { block in
            var offset = 0
            var counter: UInt8 = 0
            while offset < output.count {
                counter &+= 1
                let previous = UnsafeRawBufferPointer(rebasing: block[..<(counter == 1 ? 0 : digestByteCount)])
                withUnsafeBytes(of: counter) { counter in
                    HMAC.authenticate(hash, key: key, pieces: previous, info, counter, into: block)
                }
                let count = min(digestByteCount, output.count - offset)
                UnsafeMutableRawBufferPointer(rebasing: output[offset..<(offset + count)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: block[..<count]))
                offset += count
            }
            // The last block may hold more key than was asked for.
            sodium_memzero(block.bytes, block.count)
        }
    }
}
