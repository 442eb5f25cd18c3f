package import SQLite
public import Wire

/// Media from the creation of their upload on.
public struct MediaRow: Sendable, Equatable {
    /// The name that clients know.
    public var media: MediaID
    /// The name of the bytes.
    public var blob: BlobID
    /// Whose room they take, and who hears of them.
    public var owner: DeviceAddress
    /// Sealed or open, for ever.
    public var mediaClass: MediaClass
    public var state: MediaState
    /// As declared, and as stored in the end.
    public var byteCount: UInt64
    /// Of these, what is known to have come while uploading; the file may hold a little more.
    public var heldByteCount: UInt64
    /// What was promised; what is stored, once all of it is.
    public var sha256: [UInt8]?
    public var lifetime: MediaLifetime
    /// The open conversation they are for.
    public var conversation: ConversationID?
    /// What open media without a conversation are for.
    public var use: MediaUse?
    /// The message of that conversation which shows them, and with which they go.
    public var message: SequenceNumber?
    public var createdAt: Timestamp
    /// SHA-256 of the upload's capability; and until when it is good, and the upload must be complete.
    public var uploadHash: [UInt8]
    public var uploadExpiresAt: Timestamp
    /// SHA-256 of the capability to delete.
    public var deleteHash: [UInt8]
    /// The end of the lifetime, were there no lease; `nil` for pinned ones, and for those of a message that stays.
    public var expiresAt: Timestamp?
    /// When they go: ``uploadExpiresAt`` while not complete, then the lifetime's end or that of the longest lease.
    public var endsAt: Timestamp?
    /// What was seen in an open image.
    public var picture: PictureInfo?
    /// What was found in an open video or sound.
    public var recording: RecordingInfo?
    /// Why open ones failed.
    public var failure: String?

    public init(
        media: MediaID, blob: BlobID, owner: DeviceAddress, mediaClass: MediaClass, state: MediaState,
        byteCount: UInt64, sha256: [UInt8]?, lifetime: MediaLifetime, conversation: ConversationID?,
        createdAt: Timestamp, uploadHash: [UInt8], uploadExpiresAt: Timestamp, deleteHash: [UInt8],
        expiresAt: Timestamp?, endsAt: Timestamp?, picture: PictureInfo? = nil, failure: String? = nil,
        heldByteCount: UInt64 = 0, use: MediaUse? = nil, recording: RecordingInfo? = nil,
        message: SequenceNumber? = nil
    ) {
        self.media = media
        self.blob = blob
        self.owner = owner
        self.mediaClass = mediaClass
        self.state = state
        self.byteCount = byteCount
        self.heldByteCount = heldByteCount
        self.sha256 = sha256
        self.lifetime = lifetime
        self.conversation = conversation
        self.message = message
        self.createdAt = createdAt
        self.uploadHash = uploadHash
        self.uploadExpiresAt = uploadExpiresAt
        self.deleteHash = deleteHash
        self.expiresAt = expiresAt
        self.endsAt = endsAt
        self.picture = picture
        self.recording = recording
        self.failure = failure
        self.use = use
    }

    /// The least that a file is counted as, however small: it takes a block, a name and a row.
    public static let chargedByteCountMin: UInt64 = 4_096

    /// What the account is charged: the declared bytes, come or not.
    public var accountByteCount: UInt64 { max(byteCount, Self.chargedByteCountMin) }

    /// What the server is charged: the bytes that are there.
    public var serverByteCount: UInt64 {
        max(state == .uploading ? heldByteCount : byteCount, Self.chargedByteCountMin)
    }
}

extension PictureInfo: RecordCell {}
extension RecordingInfo: RecordCell {}
extension BlobID: Cell {}

extension MediaRow: StoredRow {
    package static let table = Table(
        "media", "Media from the creation of their upload on. The bytes are files.", key: 1,
        Column("media", \.media, .id),
        Column("blob", \.blob, .id, "of the file"),
        Column("account", \.owner.account, .id, "of who uploaded it"),
        Column("device", \.owner.device, .id, "within the account"),
        Column("class", \.mediaClass, .counter, "sealed or open"),
        Column("state", \.state, .counter, "uploading, processing, ready or failed"),
        Column("byte_count", \.byteCount, .counter),
        Column("held_byte_count", \.heldByteCount, .counter, "of these, what has come while uploading"),
        Column("sha256", \.sha256, .hash, "of the stored bytes, which are a ciphertext in sealed ones"),
        Column("lifetime", \.lifetime, .counter, "default, long, pinned or expiring"),
        Column("conversation", \.conversation, .id, "of open media only"),
        Column("use", \.use, .counter, "avatar or emoji, of open media without a conversation"),
        Column("message", \.message, .counter, "the seq of the message that shows them"),
        Column("created_at", \.createdAt, .time),
        Column("upload_hash", \.uploadHash, .hash, "of the upload's capability, SHA-256"),
        Column("upload_expires_at", \.uploadExpiresAt, .time),
        Column("delete_hash", \.deleteHash, .hash, "of the capability to delete, SHA-256"),
        Column("expires_at", \.expiresAt, .time),
        Column("ends_at", \.endsAt, .time, "leases included"),
        Column("picture", \.picture, .openText, "what the server saw in open media, in CBOR"),
        Column("recording", \.recording, .openText, "type, duration, size and loudness of open ones, in CBOR"),
        Column("failure", \.failure, .openText, "a word of the server's own"),
        make: Self.make)

    private static func make(
        media: MediaID, blob: BlobID, account: AccountID, device: DeviceID, mediaClass: MediaClass, state: MediaState,
        byteCount: UInt64, heldByteCount: UInt64, sha256: [UInt8]?, lifetime: MediaLifetime,
        conversation: ConversationID?, use: MediaUse?, message: SequenceNumber?, createdAt: Timestamp,
        uploadHash: [UInt8], uploadExpiresAt: Timestamp, deleteHash: [UInt8], expiresAt: Timestamp?,
        endsAt: Timestamp?, picture: PictureInfo?, recording: RecordingInfo?, failure: String?
    ) -> MediaRow? {
        MediaRow(
            media: media, blob: blob, owner: DeviceAddress(account: account, device: device), mediaClass: mediaClass,
            state: state, byteCount: byteCount, sha256: sha256, lifetime: lifetime, conversation: conversation,
            createdAt: createdAt, uploadHash: uploadHash, uploadExpiresAt: uploadExpiresAt, deleteHash: deleteHash,
            expiresAt: expiresAt, endsAt: endsAt, picture: picture, failure: failure, heldByteCount: heldByteCount,
            use: use, recording: recording, message: message)
    }

    package static let byID = Lookup(\MediaRow.media)
    package static let byBlob = Lookup(\MediaRow.blob)
    package static let byUpload = Lookup(\MediaRow.uploadHash)
    package static let ofAccount = Index(within: \MediaRow.owner.account, by: \.state)
    package static let inState = Index(within: \MediaRow.state, by: \.media)
    package static let ofAccountInState = Index(within: \MediaRow.owner.account, \.state, by: \.media)
    package static let shownIn = Index(within: \MediaRow.conversation, by: \.message)
    package static let byEnd = Index(by: \MediaRow.endsAt)
    package static let indexes: [any RowIndex] = [
        byID, byBlob, byUpload, ofAccount, inState, ofAccountInState, shownIn, byEnd,
    ]
    package static let erasure = Erasure.along(with: "the files, a slice at a time")
}
