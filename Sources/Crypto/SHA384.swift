import CCrypto
import CSodium

/// SHA-384 (FIPS 180-4), whole or piece by piece: SHA-512 from another start, cut to 48 bytes.
public struct SHA384: ~Copyable, Sendable {
    private var state = SHA512state_st()

    /// Nothing hashed yet.
    public init() { SHA384_Init(&state) }

    /// Takes in more bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes in more bytes, wherever they lie.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if let start = bytes.baseAddress, bytes.count > 0 { SHA384_Update(&state, start, bytes.count) }
    }

    /// The 48-byte digest of everything taken in.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 48) { buffer, count in
            finish(into: UnsafeMutableRawBufferPointer(buffer))
            count = 48
        }
    }

    /// Writes the digest and zeroes the state, which may have held a key.
    mutating func finish(into digest: UnsafeMutableRawBufferPointer) {
        precondition(digest.count == 48, "a SHA-384 digest has 48 bytes")
        SHA384_Final(digest.bytes, &state)
        withUnsafeMutableBytes(of: &state) { sodium_memzero($0.bytes, $0.count) }
    }

    /// The 48-byte digest of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA384()
        hash.update(bytes)
        return hash.finish()
    }
}
