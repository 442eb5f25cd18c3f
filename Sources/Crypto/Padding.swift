/// Hides how long a message is: it is filled up to one of a few sizes before it is sealed.
///
/// Sizes are the multiples of 256 up to 1,024 and from there four to each doubling (1,280, 1,536, 1,792, 2,048,
/// 2,560, …), so that padding costs at most a quarter of a long message and 512 KiB has 40 sizes in all.
///
/// | size | field |
/// |---|---|
/// | *n* | message |
/// | 1 | 0x80 |
/// | 0 or more | zeros, up to the size |
public enum Padding {
    /// The padded size of a message of `byteCount` bytes, its mark included. A size of zero or more, below 2^62.
    public static func paddedByteCount(_ byteCount: Int) -> Int {
        let needed = byteCount + 1
        let step = needed <= 1_024 ? 256 : 1 << (Int.bitWidth - 1 - (needed - 1).leadingZeroBitCount - 2)
        return (needed + step - 1) / step * step
    }

    /// `message`, its mark, and zeros up to the next size.
    public static func pad(_ message: [UInt8]) -> [UInt8] {
        let byteCount = paddedByteCount(message.count)
        var padded: [UInt8] = []
        padded.reserveCapacity(byteCount)
        padded += message
        padded.append(0x80)
        padded += repeatElement(0, count: byteCount - padded.count)
        return padded
    }

    /// The message in `padded`; `nil` unless ``pad(_:)`` gives exactly these bytes for it.
    ///
    /// Only for what was authenticated: how long it takes depends on the content.
    public static func unpad(_ padded: [UInt8]) -> [UInt8]? {
        guard let mark = padded.lastIndex(where: { $0 != 0 }), padded[mark] == 0x80,
              paddedByteCount(mark) == padded.count else { return nil }
        return Array(padded[..<mark])
    }
}
