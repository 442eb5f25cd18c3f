import Digest
import Wire

/// Up to ``entryCountMax`` remembered sends in one blob that fits a page, in the order of (client id, sender).
/// All numbers are big-endian, so that the bytes of a key sort as its numbers do.
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 8 | digest of all that follows (``RowDigest``, with zero as the row) |
/// | 8 | 56 each | entries: client id 16, sender 8, message id 8, time 8, conversation 8, seq 8 |
///
/// Sender and conversation are the tables' numbers; a conversation of zero is none.
enum AcceptedBlock {
    static let entryCountMax = 140
    static let keyByteCount = 24
    private static let headByteCount = 8
    private static let entryByteCount = 56

    struct Entry {
        let client: ClientID
        let sender: Int64
        let row: Int64
        let time: Timestamp
        let conversation: Int64
        let seq: UInt64
    }

    static func key(_ client: ClientID, _ sender: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(keyByteCount)
        append(client.bytes.high, to: &bytes)
        append(client.bytes.low, to: &bytes)
        append(UInt64(bitPattern: sender), to: &bytes)
        return bytes
    }

    /// - Parameter entries: ascending by key.
    static func encode(_ entries: [Entry]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headByteCount + entries.count * entryByteCount)
        append(0, to: &bytes)
        for entry in entries {
            append(entry.client.bytes.high, to: &bytes)
            append(entry.client.bytes.low, to: &bytes)
            append(UInt64(bitPattern: entry.sender), to: &bytes)
            append(UInt64(bitPattern: entry.row), to: &bytes)
            append(entry.time.milliseconds, to: &bytes)
            append(UInt64(bitPattern: entry.conversation), to: &bytes)
            append(entry.seq, to: &bytes)
        }
        bytes.withUnsafeMutableBytes { (bytes) in
            let digest = digest(UnsafeRawBufferPointer(bytes))
            bytes.storeBytes(of: digest.bigEndian, as: UInt64.self)
        }
        return bytes
    }

    /// How many entries a block holds; `nil` when it is damaged.
    static func count(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= headByteCount + entryByteCount,
            (bytes.count - headByteCount).isMultiple(of: entryByteCount), word(bytes, 0) == digest(bytes)
        else { return nil }
        return (bytes.count - headByteCount) / entryByteCount
    }

    /// - Parameter index: below ``count(_:)``.
    static func entry(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Entry {
        let offset = headByteCount + index * entryByteCount
        return Entry(
            client: ClientID(bytes: SixteenBytes(high: word(bytes, offset), low: word(bytes, offset + 8))),
            sender: Int64(bitPattern: word(bytes, offset + 16)), row: Int64(bitPattern: word(bytes, offset + 24)),
            time: Timestamp(milliseconds: word(bytes, offset + 32)),
            conversation: Int64(bitPattern: word(bytes, offset + 40)), seq: word(bytes, offset + 48))
    }

    /// The entry of a key, by halving.
    static func find(_ client: ClientID, _ sender: Int64, in bytes: UnsafeRawBufferPointer, count: Int) -> Entry? {
        let wanted = (client.bytes.high, client.bytes.low, UInt64(bitPattern: sender))
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            let entry = entry(bytes, at: middle)
            let found = (entry.client.bytes.high, entry.client.bytes.low, UInt64(bitPattern: entry.sender))
            if found == wanted { return entry }
            if found < wanted { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    private static func digest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        RowDigest.of(UnsafeRawBufferPointer(rebasing: bytes[headByteCount...]), row: 0)
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
