/// Reads the first block of a FLAC file (RFC 9639, 8.2), which must say what the stream is.
enum FLACProbe {
    static func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> RecordingFacts {
        guard try reader.byte(4) & 0x7F == 0, try reader.big(5, 3) == 34 else { throw .malformed(.header) }
        // Twenty bits of frequency, three of channels, five of depth, and four of the thirty-six that count samples.
        let hertz = try reader.big(18, 3) >> 4
        let samples = (try reader.big(21, 1) & 15) << 32 | (try reader.big(22, 4))
        guard hertz > 0 else { throw .malformed(.header) }
        var facts = RecordingFacts(.flac)
        facts.durationMilliseconds = samples > 0 ? samples * 1000 / hertz : nil
        return facts
    }
}

/// Reads the chunks of a WAVE file up to its samples.
enum WaveProbe {
    private static let chunkCountMax = 1024

    static func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> RecordingFacts {
        var facts = RecordingFacts(.wav)
        var offset = 12, bytesPerSecond = 0
        for _ in 0..<chunkCountMax {
            guard offset <= reader.byteCount - 8 else { throw .truncated }
            let size = try reader.little(offset + 4, 4)
            switch try reader.tag(offset) {
            case "fmt ":
                guard size >= 16 else { throw .malformed(.chunk) }
                bytesPerSecond = try reader.little(offset + 16, 4)
            case "data":
                guard bytesPerSecond > 0 else { throw .malformed(.chunk) }
                // A recorder that was cut off wrote no size, or a larger one.
                facts.durationMilliseconds = min(size, reader.byteCount - offset - 8) * 1000 / bytesPerSecond
                return facts
            default: break
            }
            offset += 8 + size + size & 1
        }
        throw .tooLarge(.chunks)
    }
}

/// Reads the first page of an Ogg file (RFC 3533, 6), which begins a stream.
enum OggProbe {
    static func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> RecordingFacts {
        guard reader.byteCount >= 28, try reader.byte(4) == 0, try reader.byte(5) & 2 == 2, try reader.byte(26) > 0
        else { throw .malformed(.header) }
        return RecordingFacts(.ogg)
    }
}
