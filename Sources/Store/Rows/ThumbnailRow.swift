package import SQLite
public import Wire

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

extension ThumbnailVariant: TextCell {}

extension ThumbnailRow: TableRow {
    package static let table = Table(
        "thumbnail", "Pictures that the server made of open media.", key: 3,
        Column("media", \.media, .id),
        Column("side", \.side, .counter, "pixels"),
        Column("variant", \.variant, .counter, "webp, jpeg or preview"),
        Column("blob", \.blob, .id, "of the file")
    ) { ThumbnailRow(media: $0, side: $1, variant: $2, blob: $3) }

    package static let ofMedia = Index(within: \ThumbnailRow.media, by: \.side)
    package static let byBlob = Lookup(\ThumbnailRow.blob)
    package static let indexes: [any RowIndex] = [ofMedia, byBlob]
    package static let erasure = Erasure.nobody
    package static let owners = [Owner(\ThumbnailRow.media, MediaRow.byID)]
    package static let cascades = Cascades(ofMedia: .init(ofMedia))
}
