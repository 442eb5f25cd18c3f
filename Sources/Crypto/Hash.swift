/// The SHA-2 hashes (FIPS 180-4) that keyed hashing and key derivation stand on.
public enum Hash: Sendable, Hashable, CaseIterable {
    case sha256
    case sha384
    case sha512

    /// Bytes in a digest.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}

/// What ``HMAC`` is made over.
protocol HashFunction: ~Copyable {
    /// Bytes in a block, which is what a key is filled up to.
    static var blockByteCount: Int { get }
    /// Bytes in a digest.
    static var digestByteCount: Int { get }

    init()
    mutating func update(_ bytes: UnsafeRawBufferPointer)
    /// Writes the digest and zeroes the state.
    mutating func finish(into digest: UnsafeMutableRawBufferPointer)
}

extension SHA256: HashFunction {
    static var blockByteCount: Int { 64 }
    static var digestByteCount: Int { 32 }
}

extension SHA384: HashFunction {
    static var blockByteCount: Int { 128 }
    static var digestByteCount: Int { 48 }
}

extension SHA512: HashFunction {
    static var blockByteCount: Int { 128 }
    static var digestByteCount: Int { 64 }
}
