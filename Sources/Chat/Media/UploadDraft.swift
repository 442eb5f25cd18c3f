import Crypto
public import Store
public import Wire

/// What somebody wants to upload, before the server has agreed. Names and capabilities are made here.
public struct UploadDraft: Sendable {
    /// The row that creation stores.
    public let row: MediaRow
    /// Where to append, and what deletes: 43 characters each. Only their hashes are stored.
    public let uploadCapability: String
    public let deleteCapability: String

    /// - Parameters:
    ///   - sha256: of the whole; needed for sealed media.
    ///   - expiresSeconds: with `expiring`, and only then.
    /// - Throws: `malformed` for what does not go together.
    public init(
        by owner: DeviceAddress, mediaClass: MediaClass, byteCount: UInt64, sha256: [UInt8]?,
        conversation: ConversationID?, lifetime: MediaLifetime, expiresSeconds: UInt64?, now: Timestamp
    ) throws(Problem) {
        guard sha256.map({ $0.count == 32 }) ?? (mediaClass == .open) else {
            throw Problem(.malformed, "Sealed media come with the SHA-256 of the whole.", field: "sha256")
        }
        guard (conversation != nil) == (mediaClass == .open) else {
            throw Problem(.malformed, "Open media name their conversation, sealed ones do not.", field: "conversation")
        }
        let seconds: UInt64?
        switch (lifetime, expiresSeconds) {
        case (.usual, nil): seconds = Limits.mediaSeconds
        case (.long, nil): seconds = Limits.longMediaSeconds
        case (.pinned, nil): seconds = nil
        case (.expiring, let asked?) where Limits.expiringMediaSeconds.contains(asked): seconds = asked
        default: throw Problem(.malformed, "Only expiring media say when, within the bounds.", field: "expires")
        }
        let (upload, delete) = (Capability(), Capability())
        let uploadExpiresAt = now.adding(seconds: Limits.uploadSeconds)
        row = MediaRow(
            media: .random(), blob: .random(), owner: owner, mediaClass: mediaClass, state: .uploading,
            byteCount: byteCount, sha256: sha256, lifetime: lifetime, conversation: conversation, createdAt: now,
            uploadHash: upload.hash, uploadExpiresAt: uploadExpiresAt, deleteHash: delete.hash,
            expiresAt: seconds.map { now.adding(seconds: $0) }, endsAt: now.adding(seconds: Limits.silentUploadSeconds))
        uploadCapability = upload.text
        deleteCapability = delete.text
    }
}

/// 256 random bits that let whoever has them do one thing.
struct Capability {
    let text: String
    let hash: [UInt8]

    init() {
        let secret = RandomBytes.make(byteCount: 32)
        text = Base64URL.encode(secret)
        hash = PresentedToken.hash(secret)
    }
}
