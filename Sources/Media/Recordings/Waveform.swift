/// Folds sound of any length into ``bucketCount`` loudest moments, in constant memory and without knowing the end.
///
/// A moment begins as one sample. When there is no room for another, every two become one that is twice as long.
struct Waveform {
    /// What clients draw.
    static let bucketCount = 100
    /// So many that the last buckets differ little in length from the first.
    private static let momentCountMax = bucketCount * 32

    private var moments: [UInt16] = []
    /// Samples in each, and in the one that is being filled, with the loudest of them.
    private var length = 1
    private var filled = 0
    private var peak: UInt16 = 0
    /// The first half of a sample whose second comes with the next piece.
    private var half: UInt8?
    private(set) var sampleCount = 0

    init() { moments.reserveCapacity(Self.momentCountMax) }

    /// Takes signed samples of sixteen bits, the lowest byte first; a piece may end in the middle of one.
    mutating func take(_ bytes: [UInt8]) {
        var rest = bytes[...]
        if let first = half, let second = rest.popFirst() {
            half = nil
            take(Int16(bitPattern: UInt16(second) << 8 | UInt16(first)))
        }
        if rest.count % 2 == 1 { half = rest.popLast() }
        rest.withUnsafeBytes { (buffer) in
            for index in stride(from: 0, to: buffer.count, by: 2) {
                take(Int16(littleEndian: buffer.loadUnaligned(fromByteOffset: index, as: Int16.self)))
            }
        }
    }

    private mutating func take(_ sample: Int16) {
        sampleCount += 1
        peak = max(peak, sample.magnitude)
        filled += 1
        guard filled == length else { return }
        moments.append(peak)
        (filled, peak) = (0, 0)
        guard moments.count == Self.momentCountMax else { return }
        moments = stride(from: 0, to: moments.count, by: 2).map { max(moments[$0], moments[$0 + 1]) }
        length *= 2
    }

    /// From 0, silence, to 255, as loud as can be; `nil` where nothing came.
    var buckets: [UInt8]? {
        let all = filled > 0 ? moments + [peak] : moments
        guard !all.isEmpty else { return nil }
        return (0..<Self.bucketCount).map { (index) in
            let start = index * all.count / Self.bucketCount
            let end = max(start + 1, (index + 1) * all.count / Self.bucketCount)
            // The loudest of all is 32,768.
            return UInt8(clamping: (Int(all[start..<end].max() ?? 0) * 255 + 16_384) / 32_768)
        }
    }
}
