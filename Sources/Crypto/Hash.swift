/// The two SHA-2 hashes (FIPS 180-4) that all of ours stands on.
public enum Hash: Sendable, Hashable {
    case sha256
    case sha512

    /// Bytes in a digest.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha512: 64
        }
    }

    /// Bytes the hash takes in at once; what HMAC pads its key to.
    var blockByteCount: Int {
        switch self {
        case .sha256: 64
        case .sha512: 128
        }
    }
}

