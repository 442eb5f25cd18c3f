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
}
