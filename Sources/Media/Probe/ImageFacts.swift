/// The formats that are decoded. Nothing else reaches a worker.
package enum ImageFormat: UInt8, Sendable, CaseIterable {
    case jpeg = 1, png, webp, gif, heif

    /// As it is served.
    package var mediaType: String {
        switch self {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .webp: "image/webp"
        case .gif: "image/gif"
        case .heif: "image/heif"
        }
    }
}

/// What the head of an image says, read without decoding a pixel. Everything here may be a lie until a worker has
/// decoded it.
package struct ImageFacts: Equatable, Sendable {
    /// By magic number, never by name.
    package var format: ImageFormat
    /// Pixels as they are stored, before any turn.
    package var width: Int
    package var height: Int
    /// 1 unless animated; bounded by ``MediaLimits/frameCountMax``.
    package var frameCount = 1
    /// Interlaced or progressive: the decoder holds the whole image.
    package var isInterlaced = false
    /// Of a JPEG; 1 elsewhere.
    package var scanCount = 1
    /// EXIF's 1 to 8: how to turn what is stored. 1 for HEIF, whose decoder turns it.
    package var orientation = 1
    package var hasAlpha = false
    package var hasProfile = false
    package var hasEXIF = false
    /// Bytes of one decoded pixel.
    package var pixelByteCount = 3
    /// What the decoder must hold at once.
    package var memoryByteCount = 0
    /// Behind the image's own end: another file's place to hide.
    package var trailingByteCount = 0
    /// AVIF rather than HEIC, for the media type.
    package var isAVIF = false

    /// Width times height.
    package var pixelCount: Int { width * height }
    /// Whether there is more than one frame.
    package var isAnimated: Bool { frameCount > 1 }
    /// What to call it when it is served.
    package var mediaType: String { isAVIF ? "image/avif" : format.mediaType }

    init(_ format: ImageFormat, width: Int, height: Int) {
        (self.format, self.width, self.height) = (format, width, height)
    }
}
