import Crypto
import SQLite

/// Holds a folder for one process, by `flock` on its file `lock`. The system lets go when the process ends, however.
///
/// In the file stands where the log ended after the last commit, as far as is known (``note(_:)``).
struct FolderLock: ~Copyable {
    private static let noteByteCount = 28

    private let file: OpenFile

    /// - Throws: ``LocalStoreError/inUse`` while another holder lives.
    init(folder: String) throws(LocalStoreError) {
        let opened = try OpenFile(folder + "/lock", .makingIfNone, "open the lock")
        try opened.hold("lock the folder")
        file = opened
    }

    deinit { file.letGo() }

    /// Notes where the log ends, or that nothing of it is needed. Not synced: a kill leaves it as it is, and a power
    /// cut an older one, never one of what is not durable.
    ///
    /// Salts (8), frames (4), sums (8), and the first 8 bytes of their SHA-256; zeros for nothing.
    borrowing func note(_ place: WriteAheadLog.Place?) throws(LocalStoreError) {
        var bytes = [UInt8](repeating: 0, count: Self.noteByteCount)
        if let place { bytes = Self.bytes(place) }
        try file.write(bytes, at: 0)
    }

    /// Makes the note durable.
    borrowing func syncNote() throws(LocalStoreError) {
        try file.syncBytes("sync the lock")
    }

    /// What was noted; `nil` where that is nothing, or not whole.
    borrowing func noted() -> WriteAheadLog.Place? {
        guard let bytes = file.bytes(at: 0, count: Self.noteByteCount), bytes.count == Self.noteByteCount else {
            return nil
        }
        func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let place = WriteAheadLog.Place(
            salts: number(0..<8), frameCount: UInt32(number(8..<12)), sum: number(12..<20))
        return Self.bytes(place) == bytes ? place : nil
    }

    private static func bytes(_ place: WriteAheadLog.Place) -> [UInt8] {
        let place = place.salts.bigEndianBytes + place.frameCount.bigEndianBytes + place.sum.bigEndianBytes
        return place + SHA256.hash(place).prefix(8)
    }
}
