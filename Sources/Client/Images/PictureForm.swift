public import Wire

/// How a picture is asked for.
public struct PictureForm: Sendable, Equatable {
    /// Pixels of the longer side, at least.
    public var size: UInt64
    /// WebP, or JPEG for whoever does not read that.
    public var type: PictureType
    /// Moving, where there is such a picture; a WebP then.
    public var isAnimated: Bool

    /// A form.
    public init(size: UInt64 = 320, type: PictureType = .webp, isAnimated: Bool = false) {
        self.size = size
        self.type = type
        self.isAnimated = isAnimated
    }

    var query: [Argument] {
        [PictureParameters.size(size), isAnimated ? PictureParameters.animated(true) : PictureParameters.type(type)]
    }
}
