import Wire

/// Why an image did not become what it was meant for.
public enum ImageFailure: Error, Equatable, Sendable {
    /// Of the file.
    case tooLarge(byteCountMax: UInt64)
    /// The server made no picture of it: a word that says why, `nil` where it looks at no images at all.
    case noPicture(String?)
    /// The server has not looked at it in time.
    case undecided

    var sentence: String {
        switch self {
        case .tooLarge(let byteCountMax): "The image is too large: at most \(byteCountMax / 1024) KiB."
        case .noPicture(let reason?): "The server can make no picture of the file: \(reason)."
        case .noPicture(nil): "This server makes no pictures, so it takes no images for that."
        case .undecided: "The server has not looked at the image in time. Try again later."
        }
    }

    var code: String {
        switch self {
        case .tooLarge: "image-too-large"
        case .noPicture: "image-without-picture"
        case .undecided: "image-undecided"
        }
    }
}
