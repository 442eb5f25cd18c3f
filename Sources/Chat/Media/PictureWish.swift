import Store
public import Wire

/// Which picture of open media somebody asks for.
public struct PictureWish: Sendable, Equatable {
    /// Of the longer side, where nothing is said.
    public static let usualSize: UInt64 = 320

    /// Pixels of the longer side, at least.
    public var size: UInt64
    public var type: PictureType
    /// Whether the moving preview is wanted, where there is one.
    public var isAnimated: Bool

    public init(size: UInt64 = usualSize, type: PictureType = .webp, isAnimated: Bool = false) {
        self.size = size
        self.type = type
        self.isAnimated = isAnimated
    }

    /// How a wish is met.
    enum Answer: Equatable {
        case stored(ThumbnailRow)
        /// A JPEG with a longer side of so many pixels, of which there is a WebP.
        case make(side: UInt64)
        case nothing
    }

    /// The smallest that is large enough, or the largest.
    /// - Parameter pictures: by side, ascending.
    func answer(from pictures: [ThumbnailRow]) -> Answer {
        if isAnimated, let preview = pictures.first(where: { $0.variant == .preview }) { return .stored(preview) }
        let stills = pictures.filter { $0.variant == .webp }
        guard let still = stills.first(where: { $0.side >= size }) ?? stills.last else { return .nothing }
        switch type {
        case .webp, .later: return .stored(still)
        case .jpeg:
            let made = pictures.first { $0.variant == .jpeg && $0.side == still.side }
            return made.map { .stored($0) } ?? .make(side: still.side)
        }
    }
}
