/// Two sides in pixels, each at least 1.
package struct PixelSize: Equatable, Hashable, Sendable {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    /// The longer of the two.
    package var longerSide: Int { max(width, height) }

    /// With its sides swapped.
    package var turned: PixelSize { PixelSize(width: height, height: width) }

    /// The same picture with no side longer than `side`; never larger than it is.
    package func fitted(to side: Int) -> PixelSize {
        guard longerSide > side else { return self }
        func scaled(_ length: Int) -> Int { max(1, (2 * length * side + longerSide) / (2 * longerSide)) }
        return PixelSize(width: scaled(width), height: scaled(height))
    }
}

extension PixelSize: CustomStringConvertible {
    package var description: String { "\(width)×\(height)" }
}
