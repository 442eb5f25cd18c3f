import Digest
import SQLite

/// What a store notes of its own end after each commit, so that a shorter one is known for what it is.
///
/// It stands in a slot of the file `sotto.end`; all numbers are little-endian:
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 8 | digest of all that follows (``RowDigest``, with the slot's number) |
/// | 8 | 8 | turn: counts the notes |
/// | 16 | 16 | the ``Moment``: number and chain |
/// | 32 | 8 | the last message id given |
/// | 40 | 20 | the end of the write-ahead log: salts 8, sums 8, frames 4; zero where it holds nothing that is needed |
/// | 60 | 4 | flags |
/// | 64 | 4 | frames up to here may stand in the database file |
/// | 68 | 4 | frames up to here do, and are synced |
struct EndNote: Equatable {
    static let byteCount = 72

    struct Flags: OptionSet {
        let rawValue: UInt32
        /// The store was closed: everything is in the database file, and the log is gone.
        static let closed = Flags(rawValue: 1)
        /// The log is being emptied, after all of it was copied.
        static let emptying = Flags(rawValue: 2)
        /// The store is being made: nothing was ever accepted.
        static let founding = Flags(rawValue: 4)
        /// A loss is being accepted: what is left was looked through, and goes on from the moment it was found at.
        static let accepting = Flags(rawValue: 8)
    }

    var turn: UInt64 = 0
    var moment: Moment
    var lastRow: Int64 = 0
    var log: WriteAheadLog.Place?
    var flags: Flags = []
    var copyingThrough: UInt32 = 0
    var copiedThrough: UInt32 = 0

    /// The same store, from where nothing of the log is needed.
    func withoutLog(_ flags: Flags = []) -> EndNote {
        EndNote(turn: turn, moment: moment, lastRow: lastRow, flags: flags)
    }
}

extension EndNote {
    /// `nil` for what was not written whole.
    init?(_ bytes: [UInt8], slot: Int) {
        guard bytes.count == Self.byteCount else { return nil }
        func number(_ offset: Int) -> UInt64 {
            bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
        }
        func short(_ offset: Int) -> UInt32 {
            bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
        }
        guard number(0) == Self.digest(bytes, slot: slot) else { return nil }
        turn = number(8)
        moment = Moment(number: number(16), chain: number(24))
        lastRow = Int64(bitPattern: number(32))
        let place = WriteAheadLog.Place(salts: number(40), frameCount: short(56), sum: number(48))
        log = place.frameCount == 0 ? nil : place
        flags = Flags(rawValue: short(60))
        copyingThrough = short(64)
        copiedThrough = short(68)
    }

    func bytes(slot: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        bytes.withUnsafeMutableBytes { (raw) in
            func put<T: FixedWidthInteger>(_ value: T, _ offset: Int) {
                raw.storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
            }
            put(turn, 8)
            put(moment.number, 16)
            put(moment.chain, 24)
            put(lastRow, 32)
            put(log?.salts ?? 0, 40)
            put(log?.sum ?? 0, 48)
            put(log?.frameCount ?? 0, 56)
            put(flags.rawValue, 60)
            put(copyingThrough, 64)
            put(copiedThrough, 68)
        }
        let digest = Self.digest(bytes, slot: slot)
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: digest.littleEndian, as: UInt64.self) }
        return bytes
    }

    private static func digest(_ bytes: [UInt8], slot: Int) -> UInt64 {
        bytes.withUnsafeBytes { RowDigest.of(UnsafeRawBufferPointer(rebasing: $0[8...]), row: Int64(slot)) }
    }
}
