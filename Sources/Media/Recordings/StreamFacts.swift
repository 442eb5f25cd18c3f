/// What ffprobe says of a file, as far as it is asked: lines of a key and a value, of which nothing is taken on trust.
///
/// | line | |
/// |---|---|
/// | `streams.stream.N.codec_type="video"` | of the stream's place in the list |
/// | `streams.stream.N.width=1920` | |
/// | `streams.stream.N.side_data_list.side_data.M.rotation=-90` | |
/// | `format.duration="2.000000"` | seconds; `"N/A"` where it is not known |
struct StreamFacts: Equatable {
    /// Streams of one file; more are not read by ffprobe either.
    static let streamCountMax = 32
    /// Of a side, and of the pixels of one frame.
    private static let sideMax = 16_384
    static let pixelCountMax = 40_000_000
    /// How far a pixel may be from square.
    private static let aspectMax = 16
    private static let secondsMax = 1e9

    /// A picture that moves.
    struct Picture: Equatable {
        var index: Int
        /// As it is shown: pixels made square, and turned as the file says.
        var size: PixelSize
        /// Whether ffmpeg turns it by itself: other angles than quarters are left alone.
        var isTurned: Bool
    }

    private(set) var durationMilliseconds: Int?
    /// The largest, without covers.
    private(set) var picture: Picture?
    /// The first stream of sound.
    private(set) var sound: Int?

    /// - Throws: ``MediaRefusal/badOutput`` for what is no answer; ``MediaRefusal/tooLarge(_:)`` for pictures above the
    ///   bounds.
    init(_ output: [UInt8]) throws(MediaRefusal) {
        var streams: [Int: [String: String]] = [:]
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            guard let sign = line.firstIndex(of: "=") else { throw .badOutput }
            let path = line[..<sign].split(separator: "."), value = Self.value(line[line.index(after: sign)...])
            guard let value, let name = path.last else { throw .badOutput }
            if path == ["format", "duration"] { durationMilliseconds = Self.milliseconds(value) }
            guard path.count >= 4, path[0] == "streams", path[1] == "stream" else { continue }
            guard let index = Int(path[2]), (0..<Self.streamCountMax).contains(index) else { throw .badOutput }
            streams[index, default: [:]][String(name)] = value
        }
        for (place, stream) in streams.sorted(by: { $0.key < $1.key }) {
            let index = stream["index"].flatMap { Int($0) } ?? place
            guard (0..<Self.streamCountMax).contains(index) else { throw .badOutput }
            if stream["codec_type"] == "audio", sound == nil { sound = index }
            guard stream["codec_type"] == "video", stream["attached_pic"] != "1" else { continue }
            guard let found = try Self.picture(index, stream) else { continue }
            let area = found.size.width * found.size.height
            if area > (picture.map { $0.size.width * $0.size.height } ?? 0) { picture = found }
        }
    }

    private static func picture(_ index: Int, _ stream: [String: String]) throws(MediaRefusal) -> Picture? {
        guard let width = stream["width"].flatMap({ Int($0) }), let height = stream["height"].flatMap({ Int($0) }),
            width > 0, height > 0
        else { return nil }
        guard width <= sideMax, height <= sideMax else { throw .tooLarge(.side) }
        guard width * height <= pixelCountMax else { throw .tooLarge(.pixels) }
        var size = PixelSize(width: width, height: height)
        let aspect = (stream["sample_aspect_ratio"] ?? "").split(separator: ":").compactMap { Int($0) }
        if aspect.count == 2, aspect.allSatisfy({ (1...1 << 30).contains($0) }),
            aspect[0] <= aspect[1] * aspectMax, aspect[1] <= aspect[0] * aspectMax
        {
            // The side that grows, so that no line is lost.
            if aspect[0] > aspect[1] { size.width = width * aspect[0] / aspect[1] }
            if aspect[1] > aspect[0] { size.height = height * aspect[1] / aspect[0] }
        }
        let angle = stream["rotation"].flatMap { Double($0) }.flatMap { Int(exactly: $0.rounded()) } ?? 0
        let isTurned = angle % 90 == 0
        return Picture(index: index, size: isTurned && angle % 180 != 0 ? size.turned : size, isTurned: isTurned)
    }

    private static func milliseconds(_ text: String) -> Int? {
        guard let seconds = Double(text), seconds > 0, seconds < secondsMax else { return nil }
        return Int((seconds * 1000).rounded())
    }

    /// Without its quotes; `nil` for what has a sign that no number and no name of a codec has.
    private static func value(_ text: Substring) -> String? {
        let isQuoted = text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
        let inner = isQuoted ? text.dropFirst().dropLast() : text
        let isPlain = inner.utf8.allSatisfy { (byte) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x2F, 0x3A, 0x5F].contains(byte)
        }
        return isPlain && inner.utf8.count <= 64 ? String(inner) : nil
    }
}
