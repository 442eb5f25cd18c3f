/// The one field of EXIF that changes how an image looks: tag 0x0112 of the first directory (EXIF 2.32, 4.6.4).
enum EXIFOrientation {
    private static let tag = 0x0112
    private static let entryCountMax = 512

    /// - Parameter start: where the TIFF header stands, after any `Exif\0\0`.
    /// - Returns: 1 to 8; 1 for anything missing or broken.
    static func read(_ reader: inout ProbeReader, at start: Int, byteCount: Int) -> Int {
        do {
            return try find(&reader, start, byteCount) ?? 1
        } catch {
            return 1
        }
    }

    private static func find(_ reader: inout ProbeReader, _ start: Int, _ count: Int) throws(MediaRefusal) -> Int? {
        let order = try reader.big(start, 2)
        guard order == 0x4949 || order == 0x4D4D else { return nil }
        let isLittle = order == 0x4949
        func number(_ reader: inout ProbeReader, _ offset: Int, _ size: Int) throws(MediaRefusal) -> Int {
            guard offset >= 0, offset <= count - size else { throw .truncated }
            return isLittle ? try reader.little(start + offset, size) : try reader.big(start + offset, size)
        }
        guard try number(&reader, 2, 2) == 42 else { return nil }
        let directory = try number(&reader, 4, 4)
        let entryCount = min(try number(&reader, directory, 2), entryCountMax)
        for index in 0..<entryCount {
            let entry = directory + 2 + index * 12
            guard try number(&reader, entry, 2) == tag else { continue }
            // A SHORT, one of it.
            guard try number(&reader, entry + 2, 2) == 3, try number(&reader, entry + 4, 4) == 1 else { return nil }
            let value = try number(&reader, entry + 8, 2)
            return (1...8).contains(value) ? value : nil
        }
        return nil
    }
}
