import Wire

/// What a client sends before it has heard hello: read after it, in its order, so that hello is the first frame that
/// comes and nobody has to wait for it.
struct EarlyFrames: Sendable {
    /// A frame costs about so much beside its bytes.
    private static let overheadByteCount = 64

    private var frames: [(bytes: [UInt8], isBinary: Bool)] = []
    /// What they take in memory; one frame of the largest size at most.
    private(set) var byteCount = 0

    /// - Returns: whether there was room.
    mutating func append(_ bytes: UnsafeRawBufferPointer, isBinary: Bool) -> Bool {
        let weight = bytes.count + Self.overheadByteCount
        guard byteCount + weight <= Limits.frameByteCountMax + Self.overheadByteCount else { return false }
        byteCount += weight
        frames.append((Array(bytes), isBinary))
        return true
    }

    /// All of them, which are not kept any more.
    mutating func taken() -> [(bytes: [UInt8], isBinary: Bool)] {
        defer { self = EarlyFrames() }
        return frames
    }
}
