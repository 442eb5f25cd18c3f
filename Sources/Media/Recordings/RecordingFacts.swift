/// What is known of a video or a sound.
package struct RecordingFacts: Equatable, Sendable {
    /// By its head.
    package var format: RecordingFormat
    /// `nil` where the file does not say, as in a stream that was cut.
    package var durationMilliseconds: Int?
    /// Of the largest video track as it is shown; `nil` for sound alone.
    package var size: PixelSize?
    /// The loudest moments of its sound, ``Waveform/bucketCount`` of them from 0 to 255; `nil` without sound, or where
    /// nothing was decoded.
    package var waveform: [UInt8]?

    init(_ format: RecordingFormat) { self.format = format }

    /// As it is told to clients.
    package var mediaType: String { format.mediaType(hasPicture: size != nil) }

    mutating func see(width: Int, height: Int) {
        guard width > 0, height > 0, width * height > (size?.width ?? 0) * (size?.height ?? 0) else { return }
        size = PixelSize(width: width, height: height)
    }
}

extension Probe {
    /// Whether ``lookAtRecording(_:)`` knows the magic number.
    package func isRecording(_ media: OpenMedia) throws(MediaRefusal) -> Bool {
        var reader = ProbeReader(media.file)
        return try RecordingFormat.of(&reader) != nil
    }

    /// What the head of a video or a sound says, read within bounds. Nothing of it is decoded.
    /// - Throws: ``MediaRefusal/unknownFormat`` for anything else.
    package func lookAtRecording(_ media: OpenMedia) throws(MediaRefusal) -> RecordingFacts {
        try lookAtRecording(ProbeReader(media.file))
    }

    /// The same for bytes in memory.
    func lookAtRecording(_ reader: consuming ProbeReader) throws(MediaRefusal) -> RecordingFacts {
        var reader = reader
        guard reader.byteCount <= limits.recordingByteCountMax else { throw .tooLarge(.bytes) }
        switch try RecordingFormat.of(&reader) {
        case .mp4, .quicktime: return try MP4Probe.look(&reader)
        case .webm, .matroska: return try WebMProbe.look(&reader)
        case .ogg: return try OggProbe.look(&reader)
        case .mp3: return RecordingFacts(.mp3)
        case .flac: return try FLACProbe.look(&reader)
        case .wav: return try WaveProbe.look(&reader)
        case nil: throw .unknownFormat
        }
    }
}
