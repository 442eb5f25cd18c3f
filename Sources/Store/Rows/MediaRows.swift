public import Wire

// Media, who keeps them, and the files that are to go.

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

/// What a picture that we made is like.
public enum ThumbnailVariant: String, Sendable, CaseIterable {
    /// Still, and made with the media.
    case webp
    /// Still, and made when it is first asked for.
    case jpeg
    /// The first frames of an animation, moving, in WebP.
    case preview

    /// As it is served.
    public var mediaType: String { self == .jpeg ? "image/jpeg" : "image/webp" }
}

/// A picture that we made of open media.
public struct ThumbnailRow: Sendable, Equatable {
    public var media: MediaID
    /// Pixels of its longer side.
    public var side: UInt64
    public var variant: ThumbnailVariant
    public var blob: BlobID

    public init(media: MediaID, side: UInt64, variant: ThumbnailVariant, blob: BlobID) {
        self.media = media
        self.side = side
        self.variant = variant
        self.blob = blob
    }
}

/// Somebody's wish that media stay.
public struct LeaseRow: Sendable, Equatable {
    public var media: MediaID
    /// SHA-256 of the lease, 32 bytes. Whose it is stands nowhere.
    public var hash: [UInt8]
    public var expiresAt: Timestamp

    public init(media: MediaID, hash: [UInt8], expiresAt: Timestamp) {
        self.media = media
        self.hash = hash
        self.expiresAt = expiresAt
    }
}

/// The leases of one medium.
public struct LeaseTotals: Sendable, Equatable {
    public var count: UInt64
    /// `nil` when there are none.
    public var lastEnd: Timestamp?

    public init(count: UInt64 = 0, lastEnd: Timestamp? = nil) {
        self.count = count
        self.lastEnd = lastEnd
    }
}

/// How many media there are, and the bytes that are charged for them: to an account what was declared, to the whole
/// server what is there.
public struct MediaTotals: Sendable, Equatable {
    public var count: UInt64
    public var byteCount: UInt64

    public init(count: UInt64 = 0, byteCount: UInt64 = 0) {
        self.count = count
        self.byteCount = byteCount
    }
}
