@testable import Media

/// What the sample pictures show.
enum Quarters {
    /// Red, green, blue and white in the four quarters of a picture, from its top left on.
    static func of(_ picture: Picture) -> String {
        let size = picture.size
        let places = [(1, 1), (3, 1), (1, 3), (3, 3)].map { (size.width * $0.0 / 4, size.height * $0.1 / 4) }
        return places.map { (x, y) in
            let pixel = picture.bytes[((y * size.width + x) * 4)..<((y * size.width + x) * 4 + 4)].map(\.self)
            if pixel[3] < 40 { return "-" }
            let isHigh = pixel.prefix(3).map { $0 > 128 }
            return switch (isHigh[0], isHigh[1], isHigh[2]) {
            case (true, false, false): "R"
            case (false, true, false): "G"
            case (false, false, true): "B"
            case (true, true, true): "W"
            default: "?"
            }
        }.joined()
    }
}
