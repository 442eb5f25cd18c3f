/// What a worker says. It may have been taken over by the image it decodes: everything is checked again.
///
/// A byte that says which, then numbers of four bytes, the lowest first:
///
/// | byte | | |
/// |---|---|---|
/// | 1 | ready | version of Landlock; whether HEIF can be decoded |
/// | 2 | done | thumbnails, each as width, height, count and bytes; the tiny picture; the preview, all 0 for none |
/// | 3 | refused | why; then a text of at most 200 bytes |
package enum WorkerReply: Equatable, Sendable {
    case ready(landlock: Int, hasHEIF: Bool)
    case done(ThumbnailAnswer)
    case refused(Reason, String)

    /// Why a worker makes nothing of an image.
    package enum Reason: Int, Sendable {
        case undecodable = 1, contradictory, badJob, unsupported
    }

    /// Of a frame, without its length.
    package static let byteCountMax = 12 << 20
    private static let wordsByteCountMax = 200

    /// As bytes for whoever started the worker.
    package var bytes: [UInt8] {
        var writer = NumberWriter()
        switch self {
        case .ready(let landlock, let hasHEIF):
            writer.bytes.append(1)
            writer.put(landlock)
            writer.put(hasHEIF ? 1 : 0)
        case .done(let answer):
            writer.bytes.append(2)
            writer.put(answer.thumbnails.count)
            for picture in answer.thumbnails + [answer.tiny] { writer.put(picture) }
            writer.put(answer.preview ?? Picture(size: PixelSize(width: 0, height: 0), bytes: []))
        case .refused(let reason, let words):
            writer.bytes.append(3)
            writer.put(reason.rawValue)
            writer.put(Array(words.utf8.prefix(Self.wordsByteCountMax)))
        }
        return writer.bytes
    }

    /// `nil` for anything that no worker of ours says.
    package init?(bytes: [UInt8]) {
        guard let kind = bytes.first else { return nil }
        var reader = NumberReader(Array(bytes.dropFirst()))
        switch kind {
        case 1:
            guard let landlock = reader.next(), let hasHEIF = reader.next() else { return nil }
            self = .ready(landlock: landlock, hasHEIF: hasHEIF == 1)
        case 2:
            guard let count = reader.next(), (1...ThumbnailRequest.sideCountMax).contains(count) else { return nil }
            var pictures: [Picture] = []
            for _ in 0..<(count + 2) {
                guard let picture = reader.nextPicture() else { return nil }
                pictures.append(picture)
            }
            let preview = pictures.removeLast(), tiny = pictures.removeLast()
            self = .done(ThumbnailAnswer(
                thumbnails: pictures, tiny: tiny, preview: preview.bytes.isEmpty ? nil : preview))
        case 3:
            guard let reason = reader.next().flatMap(Reason.init), let words = reader.nextBytes() else { return nil }
            // The library's words, which may quote the file: letters and signs of ASCII only.
            let plain = words.prefix(Self.wordsByteCountMax).map { (0x20..<0x7F).contains($0) ? $0 : 0x20 }
            self = .refused(reason, String(decoding: plain, as: UTF8.self))
        default: return nil
        }
        guard reader.isAtEnd else { return nil }
    }
}

/// An encoded image, or raw pixels, with its size.
package struct Picture: Equatable, Sendable {
    package var size: PixelSize
    package var bytes: [UInt8]

    package init(size: PixelSize, bytes: [UInt8]) { (self.size, self.bytes) = (size, bytes) }
}

/// What a worker made, not yet checked.
package struct ThumbnailAnswer: Equatable, Sendable {
    /// As the job listed them, turned upright.
    package var thumbnails: [Picture]
    /// Raw RGBA.
    package var tiny: Picture
    /// An animated WebP.
    package var preview: Picture?

    package init(thumbnails: [Picture], tiny: Picture, preview: Picture?) {
        (self.thumbnails, self.tiny, self.preview) = (thumbnails, tiny, preview)
    }
}
