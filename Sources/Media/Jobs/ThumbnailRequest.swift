/// What somebody wants of an image.
package struct ThumbnailRequest: Equatable, Sendable {
    /// How thumbnails are stored.
    package enum Encoding: UInt8, CaseIterable, Sendable {
        case webp = 1, jpeg

        /// As it is served.
        package var mediaType: String { self == .webp ? "image/webp" : "image/jpeg" }
    }

    /// The longer sides that are made where nothing else is asked for.
    package static let usualSides = [96, 320, 640, 1280]
    /// Of a longer side.
    package static let sideMax = 2048
    /// Of different sides in one request.
    package static let sideCountMax = 8

    /// Longer sides of the thumbnails; none is made larger than the image.
    package var sides: [Int]
    package var encoding: Encoding
    /// 1 to 100.
    package var quality: Int
    /// Whether an animation gets a short, small one as well.
    package var wantsPreview: Bool

    package init(
        sides: [Int] = usualSides, encoding: Encoding = .webp, quality: Int = 75, wantsPreview: Bool = true
    ) {
        precondition(!sides.isEmpty && sides.count <= Self.sideCountMax, "one to eight sizes")
        precondition(sides.allSatisfy { (1...Self.sideMax).contains($0) }, "a thumbnail has 1 to 2048 pixels a side")
        precondition((1...100).contains(quality), "a quality is 1 to 100")
        (self.sides, self.encoding, self.quality) = (sides, encoding, quality)
        self.wantsPreview = wantsPreview
    }
}
