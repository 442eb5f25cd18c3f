import CCrypto
import CSodium

/// SHA-256 (FIPS 180-4), whole or piece by piece.
public struct SHA256: ~Copyable, Sendable {
    private var state = SHA256state_st()

    /// Nothing hashed yet.
    public init() { SHA256_Init(&state) }

    /// Takes in more bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes in more bytes, wherever they lie.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if let start = bytes.baseAddress, bytes.count > 0 { SHA256_Update(&state, start, bytes.count) }
    }

    /// The same so far, to go on from here another way.
    public borrowing func copy() -> SHA256 {
        var copy = SHA256()
        copy.state = state
        return copy
    }

    /// The 32-byte digest of everything taken in.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            finish(into: UnsafeMutableRawBufferPointer(buffer))
            count = 32
        }
    }

    /// Writes the digest and zeroes the state, which may have held a key.
    mutating func finish(into digest: UnsafeMutableRawBufferPointer) {
        precondition(digest.count == 32, "a SHA-256 digest has 32 bytes")
        SHA256_Final(digest.bytes, &state)
        withUnsafeMutableBytes(of: &state) { sodium_memzero($0.bytes, $0.count) }
    }

    /// The 32-byte digest of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }
}
