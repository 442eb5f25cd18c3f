import CCrypto
import CSodium

/// Keyed hashing (RFC 2104) over SHA-2.
///
/// Ours over libcrypto's SHA-2, which uses the processor's SHA instructions; libsodium's HMAC is portable C.
public enum HMAC {
    /// The tag of `message` under `key`, `hash.byteCount` bytes. Compare tags with ``ConstantTime`` only.
    public static func tag(_ hash: Hash, key: borrowing SecretBytes, over message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: hash.byteCount) { buffer, count in
            count = hash.byteCount
            let tag = UnsafeMutableRawBufferPointer(buffer)
            key.withUnsafeBytes { key in
                message.withUnsafeBytes { authenticate(hash, key: key, pieces: $0, into: tag) }
            }
        }
    }

    /// As ``tag(_:key:over:)``, for a tag that is itself a key.
    public static func secretTag(
        _ hash: Hash, key: borrowing SecretBytes, over message: [UInt8]
    ) -> SecretBytes {
        SecretBytes(byteCount: hash.byteCount) { tag in
            key.withUnsafeBytes { key in
                message.withUnsafeBytes { authenticate(hash, key: key, pieces: $0, into: tag) }
            }
        }
    }

    /// Whether `tag` is the tag of `message`, compared in constant time.
    public static func verifies(
        _ tag: [UInt8], _ hash: Hash, key: borrowing SecretBytes, over message: [UInt8]
    ) -> Bool {
        ConstantTime.equal(tag, HMAC.tag(hash, key: key, over: message))
    }

    /// Writes the tag over `pieces`, one after the other, to `tag`.
    static func authenticate(
        _ hash: Hash, key: UnsafeRawBufferPointer, pieces: UnsafeRawBufferPointer...,
        into tag: UnsafeMutableRawBufferPointer
    ) {
        switch hash {
        case .sha256: authenticate(SHA256.self, key, pieces, into: tag)
        case .sha384: authenticate(SHA384.self, key, pieces, into: tag)
        case .sha512: authenticate(SHA512.self, key, pieces, into: tag)
        }
    }

    private static func authenticate<Function: HashFunction & ~Copyable>(
        _ function: Function.Type, _ key: UnsafeRawBufferPointer, _ pieces: [UnsafeRawBufferPointer],
        into tag: UnsafeMutableRawBufferPointer
    ) {
        withPads(of: key, function) { inner, outer in
            var hash = Function()
            hash.update(inner)
            for piece in pieces { hash.update(piece) }
            hash.finish(into: tag)
            hash = Function()
            hash.update(outer)
            hash.update(UnsafeRawBufferPointer(tag))
            hash.finish(into: tag)
        }
    }

    /// Lends the key block xored with the inner and with the outer pad, and zeroes both afterwards.
    private static func withPads<Function: HashFunction & ~Copyable>(
        of key: UnsafeRawBufferPointer, _ function: Function.Type,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
    ) {
        let byteCount = Function.blockByteCount
        withUnsafeTemporaryAllocation(byteCount: 2 * byteCount, alignment: 16) { pads in
            pads.initializeMemory(as: UInt8.self, repeating: 0)
            let inner = UnsafeMutableRawBufferPointer(rebasing: pads[..<byteCount])
            let outer = UnsafeMutableRawBufferPointer(rebasing: pads[byteCount...])
            if key.count > byteCount {
                var hash = Function()
                hash.update(key)
                hash.finish(into: UnsafeMutableRawBufferPointer(rebasing: inner[..<Function.digestByteCount]))
            } else {
                inner.copyMemory(from: key)
            }
            for index in 0..<byteCount {
                outer[index] = inner[index] ^ 0x5C
                inner[index] ^= 0x36
            }
            body(UnsafeRawBufferPointer(inner), UnsafeRawBufferPointer(outer))
            sodium_memzero(pads.baseAddress, pads.count)
        }
    }
}
