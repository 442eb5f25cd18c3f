import Crypto
public import Store
public import Wire

/// What somebody wants to upload, before the server has agreed. Names and capabilities are made here.
public struct UploadDraft: Sendable {
    /// The row that creation stores.
    public let row: MediaRow
    /// Where to append, and what deletes: 43 characters each. Only their hashes are stored.
    public let uploadCapability: UploadCapability
    public let deleteCapability: String

    /// - Parameters:
    ///   - shard: of the store that takes the row.
    ///   - sha256: of the whole; needed for sealed media.
    ///   - conversation: of open media, unless they have a use.
    ///   - lifetime: `nil` for the usual one; media with a use have none of their own.
    ///   - expiresSeconds: with `expiring`, and only then.
    /// - Throws: `malformed` for what does not go together.
    public init(
        in shard: Shard, by owner: DeviceAddress, mediaClass: MediaClass, byteCount: UInt64, sha256: [UInt8]?,
        conversation: ConversationID?, use: MediaUse? = nil, lifetime: MediaLifetime? = nil,
        expiresSeconds: UInt64? = nil, now: Timestamp
    ) throws(Problem) {
        guard sha256.map({ $0.count == 32 }) ?? (mediaClass == .open) else {
            throw Problem(.malformed, "Sealed media come with the SHA-256 of the whole.", field: "sha256")
        }
        let targetCount = (conversation == nil ? 0 : 1) + (use == nil ? 0 : 1)
        guard targetCount == (mediaClass == .open ? 1 : 0) else {
            throw Problem(
                .malformed, "Open media name their conversation or their use, sealed ones neither.",
                field: "conversation")
        }
        if use != nil, lifetime != nil || expiresSeconds != nil {
            throw Problem(.malformed, "How long they stay follows from their use.", field: "lifetime")
        }
        // Without one, what is for a use ends soon after it is complete, unless it is put to it.
        let lifetime = lifetime ?? (use == nil ? .usual : .expiring)
        let seconds = use == nil ? try Self.seconds(lifetime, expiresSeconds) : Limits.unusedImageSeconds
        let (upload, delete) = (Capability(), Capability())
        let uploadExpiresAt = now.adding(seconds: Limits.uploadSeconds)
        row = MediaRow(
            media: .random(in: shard), blob: .random(in: shard), owner: owner, mediaClass: mediaClass,
            state: .uploading, byteCount: byteCount, sha256: sha256, lifetime: lifetime, conversation: conversation,
            createdAt: now, uploadHash: upload.hash, uploadExpiresAt: uploadExpiresAt, deleteHash: delete.hash,
            expiresAt: seconds.map { now.adding(seconds: $0) }, endsAt: now.adding(seconds: Limits.silentUploadSeconds),
            use: use)
        uploadCapability = UploadCapability(upload.secret)
        deleteCapability = delete.text
    }

    /// How long media stay from their creation on; `nil` for ever.
    private static func seconds(_ lifetime: MediaLifetime, _ asked: UInt64?) throws(Problem) -> UInt64? {
        switch (lifetime, asked) {
        case (.usual, nil): return Limits.mediaSeconds
        case (.long, nil): return Limits.longMediaSeconds
        case (.pinned, nil): return nil
        case (.expiring, let asked?) where Limits.expiringMediaSeconds.contains(asked): return asked
        default: throw Problem(.malformed, "Only expiring media say when, within the bounds.", field: "expires")
        }
    }
}

/// 256 random bits that let whoever has them do one thing.
struct Capability {
    let secret: [UInt8]
    let hash: [UInt8]

    var text: String { Base64URL.encode(secret) }

    init() {
        secret = RandomBytes.make(byteCount: 32)
        hash = PresentedToken.hash(secret)
    }
}
