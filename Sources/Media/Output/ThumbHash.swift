import Glibc

/// A picture in about 25 bytes: what a client paints while the thumbnail is on its way.
///
/// Evan Wallace's ThumbHash, from its description: brightness, two colour differences and alpha as the lowest terms of
/// a cosine transform, each in four bits.
///
/// | bits | what |
/// |---|---|
/// | 24 | mean brightness (6), mean yellow–blue and red–green (6 each), scale of brightness (5), has alpha (1) |
/// | 16 | terms along the shorter side (3), scales of the two colours (6 each), is wide (1) |
/// | 8 | with alpha: its mean (4) and scale (4) |
/// | 4 each | the terms |
package struct ThumbHash: Equatable, Sendable {
    /// 5 to about 30 bytes.
    package let bytes: [UInt8]

    /// Of either side.
    package static let sideMax = 100

    /// - Parameter rgba: four bytes a pixel, alpha not multiplied in.
    /// - Returns: `nil` when the sides are not 1 to 100 or do not fit the bytes.
    package init?(rgba: [UInt8], width: Int, height: Int) {
        guard (1...Self.sideMax).contains(width), (1...Self.sideMax).contains(height) else { return nil }
        guard rgba.count == width * height * 4 else { return nil }
        let planes = Planes(rgba, count: width * height)
        let lumaLimit = planes.hasAlpha ? 5.0 : 7.0
        let longer = Double(max(width, height))
        let across = max(1, Int((lumaLimit * Double(width) / longer).rounded()))
        let down = max(1, Int((lumaLimit * Double(height) / longer).rounded()))
        func encode(_ plane: [Double], _ across: Int, _ down: Int) -> Channel {
            Channel(plane, width: width, height: height, across: across, down: down)
        }
        let luma = encode(planes.luma, max(3, across), max(3, down))
        let yellow = encode(planes.yellow, 3, 3), red = encode(planes.red, 3, 3)
        let alpha = planes.hasAlpha ? encode(planes.alpha, 5, 5) : nil

        let isWide = width > height
        let head = Self.bits(luma.mean, 63) | Self.bits(0.5 + 0.5 * yellow.mean, 63) << 6
            | Self.bits(0.5 + 0.5 * red.mean, 63) << 12 | Self.bits(luma.scale, 31) << 18
            | (planes.hasAlpha ? 1 << 23 : 0)
        let tail = (isWide ? down : across) | Self.bits(yellow.scale, 63) << 3 | Self.bits(red.scale, 63) << 9
            | (isWide ? 1 << 15 : 0)
        var bytes = [head, head >> 8, head >> 16, tail, tail >> 8].map { UInt8(truncatingIfNeeded: $0) }
        if let alpha { bytes.append(UInt8(Self.bits(alpha.mean, 15) | Self.bits(alpha.scale, 15) << 4)) }
        let terms = luma.terms + yellow.terms + red.terms + (alpha?.terms ?? [])
        for (index, term) in terms.enumerated() {
            let nibble = UInt8(Self.bits(term, 15))
            if index.isMultiple(of: 2) { bytes.append(nibble) } else { bytes[bytes.count - 1] |= nibble << 4 }
        }
        self.bytes = bytes
    }

    /// A number from 0 to 1 as one from 0 to `top`.
    private static func bits(_ value: Double, _ top: Int) -> Int {
        Int((max(0, min(1, value)) * Double(top)).rounded())
    }

    /// The pixels as brightness, two differences of colour, and alpha; laid over their own mean where transparent.
    private struct Planes {
        var luma: [Double] = [], yellow: [Double] = [], red: [Double] = [], alpha: [Double] = []
        let hasAlpha: Bool

        init(_ rgba: [UInt8], count: Int) {
            var mean = (0.0, 0.0, 0.0), weight = 0.0
            for pixel in 0..<count {
                let alpha = Double(rgba[pixel * 4 + 3]) / 255
                mean.0 += alpha / 255 * Double(rgba[pixel * 4])
                mean.1 += alpha / 255 * Double(rgba[pixel * 4 + 1])
                mean.2 += alpha / 255 * Double(rgba[pixel * 4 + 2])
                weight += alpha
            }
            if weight > 0 { mean = (mean.0 / weight, mean.1 / weight, mean.2 / weight) }
            hasAlpha = weight < Double(count)
            for pixel in 0..<count {
                let alpha = Double(rgba[pixel * 4 + 3]) / 255
                let r = mean.0 * (1 - alpha) + alpha / 255 * Double(rgba[pixel * 4])
                let g = mean.1 * (1 - alpha) + alpha / 255 * Double(rgba[pixel * 4 + 1])
                let b = mean.2 * (1 - alpha) + alpha / 255 * Double(rgba[pixel * 4 + 2])
                luma.append((r + g + b) / 3)
                yellow.append((r + g) / 2 - b)
                red.append(r - g)
                self.alpha.append(alpha)
            }
        }
    }

    /// The lowest terms of the cosine transform of one plane: the mean, and the others from 0 to 1 around 0.5.
    private struct Channel {
        var mean = 0.0
        var scale = 0.0
        var terms: [Double] = []

        init(_ plane: [Double], width: Int, height: Int, across: Int, down: Int) {
            let columns = (0..<across).map { Self.wave($0, width) }
            let rows = (0..<down).map { Self.wave($0, height) }
            for row in 0..<down {
                // The triangle of low frequencies.
                var column = 0
                while column * down < across * (down - row) {
                    var sum = 0.0
                    for y in 0..<height {
                        var line = 0.0
                        for x in 0..<width { line += plane[x + y * width] * columns[column][x] }
                        sum += line * rows[row][y]
                    }
                    sum /= Double(width * height)
                    if row == 0, column == 0 {
                        mean = sum
                    } else {
                        terms.append(sum)
                        scale = max(scale, abs(sum))
                    }
                    column += 1
                }
            }
            if scale > 0 { terms = terms.map { 0.5 + 0.5 / scale * $0 } }
        }

        private static func wave(_ frequency: Int, _ count: Int) -> [Double] {
            (0..<count).map { cos(.pi / Double(count) * Double(frequency) * (Double($0) + 0.5)) }
        }
    }
}
