import Crypto

/// The one secret that belongs to a server's folder and to no copy of its database: ``SecretFile`` keeps it.
///
/// It is never used itself: each purpose has a key of its own, derived from it.
struct ServerSecret: ~Copyable {
    static let byteCount = 32

    /// What a key is for; the text goes into its derivation.
    enum Purpose: String {
        case mediaLinks = "Sotto media links v1"
        case challenges = "Sotto challenges v1"
    }

    private let bytes: SecretBytes

    init(_ bytes: consuming SecretBytes) {
        precondition(bytes.byteCount == Self.byteCount, "a server's secret has 32 bytes")
        self.bytes = bytes
    }

    /// 32 bytes of HKDF-SHA-256 for one purpose.
    /// - Parameter salt: makes it another key; not secret.
    borrowing func key(for purpose: Purpose, salt: [UInt8] = []) -> SecretBytes {
        HKDF.derive(.sha256, salt: salt, input: bytes, info: Array(purpose.rawValue.utf8), byteCount: 32)
    }

    /// What seals the tickets of shared addresses.
    borrowing func mediaLinkKey() -> XChaCha20Poly1305.Key {
        do throws(LengthError) {
            return try XChaCha20Poly1305.Key(key(for: .mediaLinks))
        } catch {
            preconditionFailure("a derived key has 32 bytes")
        }
    }

    /// What makes the tags of challenges: another key at each start.
    borrowing func challengeKey() -> SecretBytes {
        key(for: .challenges, salt: RandomBytes.make(byteCount: 32))
    }
}
