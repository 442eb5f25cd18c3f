import CCrypto

/// SHA-1 (FIPS 180-4), for protocols that check their own transport with it. Nothing secret may rest on it.
public struct SHA1: ~Copyable, Sendable {
    private var state = SHAstate_st()

    /// Nothing hashed yet.
    public init() { SHA1_Init(&state) }

    /// Takes in more bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { (bytes) in
            if let start = bytes.baseAddress, bytes.count > 0 { SHA1_Update(&state, start, bytes.count) }
        }
    }

    /// The 20-byte digest of everything taken in.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 20) { (buffer, count) in
            SHA1_Final(buffer.baseAddress, &state)
            count = 20
        }
    }
}
