package import Wire

/// What shows an image before it is fetched: its size, a blur of it, and a small picture, all inside the sealed
/// message. docs/protocol/attachments.md describes it.
///
/// A claim of the sender, and hostile until it was checked: ``Media/thumbnail(ofFileOf:)`` does.
package struct AttachmentPreview: WireRecord, Equatable {
    package static let thumbHashByteCounts = 1...64
    package static let thumbnailByteCountMax = 32_768
    package static let sideMax: UInt64 = 65_535

    /// 1 to 64 bytes; ThumbHash has 5 to 25.
    package var thumbHash: [UInt8]
    /// Of the original as it is looked at, in pixels.
    package var width: UInt64
    package var height: UInt64
    package var thumbnail: [UInt8]
    /// The media type of ``thumbnail``.
    package var thumbnailType: String

    package init(thumbHash: [UInt8], width: UInt64, height: UInt64, thumbnail: [UInt8], thumbnailType: String) {
        self.thumbHash = thumbHash
        self.width = width
        self.height = height
        self.thumbnail = thumbnail
        self.thumbnailType = thumbnailType
    }

    package init(fields: inout Fields<Self>) throws(WireError) {
        thumbHash = try fields.bytes("thumbHash", \.thumbHash, count: Self.thumbHashByteCounts)
        width = try fields.number("width", \.width, in: 1...Self.sideMax)
        height = try fields.number("height", \.height, in: 1...Self.sideMax)
        thumbnail = try fields.bytes("thumbnail", \.thumbnail, count: 1...Self.thumbnailByteCountMax)
        thumbnailType = try fields.text("thumbnailType", \.thumbnailType, length: FileNote.typeLengths)
    }
}
