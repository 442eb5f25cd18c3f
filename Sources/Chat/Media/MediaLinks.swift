import Crypto
import Store
import Threads
public import Wire

/// Signed addresses, which let whoever has one download until they expire.
///
/// | signed bytes | |
/// |---|---|
/// | text | `sotto-media-link-v1`, line feed |
/// | text | the media id, line feed |
/// | text | the moment it ends, in decimal milliseconds |
///
/// HMAC-SHA-256 under 32 random bytes that the store keeps as a setting.
public final class MediaLinks: @unchecked Sendable {
    // Unchecked because the field that changes is guarded by `lock`.
    static let settingName = "media-link-key"
    private let chat: Chat
    private let lock = Lock()
    private var key: Key?

    private final class Key: Sendable {
        let secret: SecretBytes
        init(_ bytes: [UInt8]) { secret = SecretBytes(copying: bytes) }
    }

    public init(chat: Chat) { self.chat = chat }

    /// The signature of an address that is good until `expiresAt`: 43 characters.
    public func signature(for media: MediaID, until expiresAt: Timestamp) async throws(Problem) -> String {
        Base64URL.encode(HMAC.tag(.sha256, key: try await loadedKey().secret, over: Self.bytes(media, expiresAt)))
    }

    /// Whether an address is ours and still good.
    public func verifies(
        _ signature: String, for media: MediaID, until expiresAt: Timestamp
    ) async throws(Problem) -> Bool {
        guard chat.clock() < expiresAt, let tag = Base64URL.decode(signature) else { return false }
        return HMAC.verifies(tag, .sha256, key: try await loadedKey().secret, over: Self.bytes(media, expiresAt))
    }

    private static func bytes(_ media: MediaID, _ expiresAt: Timestamp) -> [UInt8] {
        Array("sotto-media-link-v1\n\(media)\n\(expiresAt.milliseconds)".utf8)
    }

    private func loadedKey() async throws(Problem) -> Key {
        if let key = lock.withLock({ key }) { return key }
        let bytes = try await chat.commit { (turn) throws(Problem) -> [UInt8] in
            if let stored = try turn.tables.setting(Self.settingName) { return stored }
            let made = RandomBytes.make(byteCount: 32)
            try turn.tables.putSetting(Self.settingName, made)
            return made
        }
        let loaded = Key(bytes)
        return lock.withLock {
            key = key ?? loaded
            return loaded
        }
    }
}
