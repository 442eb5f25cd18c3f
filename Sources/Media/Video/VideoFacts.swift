/// What the head of a video or a sound says. Nothing of it is decoded here.
package struct VideoFacts: Equatable, Sendable {
    /// What holds the tracks.
    package enum Container: String, Sendable {
        case mp4, webm
    }

    /// By magic number.
    package var container: Container
    /// `nil` where the file does not say, as in a stream that was cut.
    package var durationMilliseconds: Int?
    /// Of the largest video track as it is stored; `nil` for sound alone.
    package var width: Int?
    package var height: Int?

    init(_ container: Container) { self.container = container }

    mutating func see(width: Int, height: Int) {
        guard width > 0, height > 0, width * height > (self.width ?? 0) * (self.height ?? 0) else { return }
        (self.width, self.height) = (width, height)
    }
}

extension Probe {
    /// Whether ``lookAtVideo(_:)`` knows the magic number.
    static func isVideo(_ reader: inout ByteReader) throws(MediaRefusal) -> Bool {
        guard reader.byteCount >= 16 else { return false }
        if try reader.big(0, 4) == 0x1A45_DFA3 { return true }
        guard try reader.tag(4) == "ftyp" else { return false }
        return try !HEIFProbe.isHEIF(&reader)
    }

    /// Duration and size of an MP4 or WebM file, read from its boxes within bounds.
    /// - Throws: ``MediaRefusal/unknownFormat`` for anything else.
    package func lookAtVideo(_ media: OpenMedia) throws(MediaRefusal) -> VideoFacts {
        try lookAtVideo(ByteReader(media.file))
    }

    /// The same for bytes in memory.
    func lookAtVideo(_ reader: consuming ByteReader) throws(MediaRefusal) -> VideoFacts {
        var reader = reader
        guard try Self.isVideo(&reader) else { throw .unknownFormat }
        return try reader.tag(4) == "ftyp" ? try MP4Probe.look(&reader) : try WebMProbe.look(&reader)
    }
}
