public import Crypto
public import Wire

/// Signed addresses, which let whoever has one download until they expire.
///
/// | signed bytes | |
/// |---|---|
/// | text | `sotto-media-link-v1`, line feed |
/// | text | the media id, line feed |
/// | text | the moment it ends, in decimal milliseconds |
///
/// HMAC-SHA-256 under a key that lies apart from the database and its copies.
public final class MediaLinks: Sendable {
    private let clock: @Sendable () -> Timestamp
    private let key: SecretBytes

    /// - Parameter key: 32 bytes.
    public init(key: consuming SecretBytes, clock: @escaping @Sendable () -> Timestamp) {
        self.clock = clock
        self.key = key
    }

    /// The signature of an address that is good until `expiresAt`: 43 characters.
    public func signature(for media: MediaID, until expiresAt: Timestamp) -> String {
        Base64URL.encode(HMAC.tag(.sha256, key: key, over: Self.bytes(media, expiresAt)))
    }

    /// Whether an address is ours and still good, and for no longer than any that we make.
    public func verifies(_ signature: String, for media: MediaID, until expiresAt: Timestamp) -> Bool {
        let now = clock()
        guard now < expiresAt, expiresAt <= now.adding(seconds: Limits.mediaLinkSecondsMax),
            let tag = Base64URL.decode(signature)
        else { return false }
        return HMAC.verifies(tag, .sha256, key: key, over: Self.bytes(media, expiresAt))
    }

    private static func bytes(_ media: MediaID, _ expiresAt: Timestamp) -> [UInt8] {
        Array("sotto-media-link-v1\n\(media)\n\(expiresAt.milliseconds)".utf8)
    }
}
