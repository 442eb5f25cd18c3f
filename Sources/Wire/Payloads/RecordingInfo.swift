/// What the server found in an open video or sound.
public struct RecordingInfo: WireRecord, Equatable {
    /// Buckets of a waveform.
    public static let waveformCount = 100

    /// As the bytes say, whatever the file was called.
    public var mediaType: String
    /// Absent where nothing says how long it lasts.
    public var durationMilliseconds: UInt64?
    /// Of the picture as it is shown; absent for sound alone.
    public var width: UInt64?
    public var height: UInt64?
    /// The loudest moments from start to end, each from 0 to 255; absent without sound, or where nothing decoded it.
    public var waveform: [UInt8]?

    public init(fields: inout Fields<Self>) throws(WireError) {
        mediaType = try fields.text("mediaType", \.mediaType, length: 1...64)
        durationMilliseconds = try fields.numberIfPresent(
            "durationMilliseconds", \.durationMilliseconds, in: 0...UInt64(1) << 53)
        width = try fields.numberIfPresent("width", \.width, in: 1...1 << 20)
        height = try fields.numberIfPresent("height", \.height, in: 1...1 << 20)
        waveform = try fields.bytesIfPresent("waveform", \.waveform, count: Self.waveformCount...Self.waveformCount)
    }
}
