import CCrypto
import CSodium

/// SHA-512 (FIPS 180-4), whole or piece by piece.
public struct SHA512: ~Copyable, Sendable {
    private var state = SHA512state_st()

    /// Nothing hashed yet.
    public init() { SHA512_Init(&state) }

    /// Takes in more bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes in more bytes, wherever they lie.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if let start = bytes.baseAddress, bytes.count > 0 { SHA512_Update(&state, start, bytes.count) }
    }

    /// The 64-byte digest of everything taken in.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            finish(into: UnsafeMutableRawBufferPointer(buffer))
            count = 64
        }
    }

    /// Writes the digest and zeroes the state, which may have held a key.
    mutating func finish(into digest: UnsafeMutableRawBufferPointer) {
        precondition(digest.count == 64, "a SHA-512 digest has 64 bytes")
        SHA512_Final(digest.bytes, &state)
        withUnsafeMutableBytes(of: &state) { sodium_memzero($0.bytes, $0.count) }
    }

    /// The 64-byte digest of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA512()
        hash.update(bytes)
        return hash.finish()
    }
}
