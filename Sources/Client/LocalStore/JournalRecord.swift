import Crypto
import Wire

/// Seals transactions into journal records and reads them back.
///
/// One record, numbers big-endian, always a multiple of 16 bytes:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | size *n* of what follows the check |
/// | 4 | 4 | check: the first 4 bytes of SHA-256(file id, record number (8), size (4)) |
/// | 8 | *n* | XChaCha20-Poly1305: nonce (24), ciphertext, tag (16) |
///
/// Bound data: the journal's head, then the record's number (8), so that no record can be moved or left out.
/// Plaintext: size of the changes (4), the changes as CBOR, zeros up to the next multiple of 16.
///
/// The check tells a torn size from a changed one: without it, a flipped bit in a size would read as "the rest was
/// never written", and everything after would be dropped without a word.
struct JournalCodec: ~Copyable {
    static let headerByteCount = 8
    /// A disk writes whole sectors: each holds its new bytes or what it held before.
    private static let sectorByteCount = 512

    private let head: [UInt8]
    private let fileID: [UInt8]
    private let key: XChaCha20Poly1305.Key

    init(head: JournalHead, mainKey: borrowing SecretBytes) throws(LocalStoreError) {
        self.head = head.bytes
        fileID = head.fileID
        do { key = try XChaCha20Poly1305.Key(head.recordKey(mainKey)) } catch { throw .wrongKey }
    }

    /// - Throws: ``LocalStoreError/tooLarge(byteCount:)``.
    borrowing func seal(_ changes: [StoreTransaction.Change], number: UInt64) throws(LocalStoreError) -> [UInt8] {
        let content = StoreChanges(changes).encoded(as: .cbor)
        guard content.count <= StoreLimits.recordByteCountMax, changes.count <= StoreLimits.changesPerRecordMax else {
            throw .tooLarge(byteCount: content.count)
        }
        var plaintext = UInt32(content.count).bigEndianBytes + content
        // 8 bytes of header and 40 of nonce and tag: a multiple of 16 with a plaintext that is one.
        plaintext += [UInt8](repeating: 0, count: (16 - plaintext.count % 16) % 16)
        let sealed = XChaCha20Poly1305.seal(plaintext, key: key, binding: head + number.bigEndianBytes)
        return header(number: number, byteCount: UInt32(sealed.count)) + sealed
    }

    /// What was found where a record may start.
    enum Found {
        case record([StoreTransaction.Change], end: Int)
        /// Nothing, or a record whose writing was cut short: the journal ends here.
        case end
    }

    /// - Throws: ``LocalStoreError/damaged(record:)`` for a record that was written whole and has changed since.
    borrowing func open(_ journal: [UInt8], at start: Int, number: UInt64) throws(LocalStoreError) -> Found {
        guard journal.count - start >= Self.headerByteCount else { return .end }
        let sizeBytes = journal[start..<start + 4]
        let byteCount = Int(sizeBytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        let expected = header(number: number, byteCount: UInt32(byteCount))
        guard Array(journal[start..<start + Self.headerByteCount]) == expected else {
            // One sector holds the whole header, since it starts at a multiple of 16.
            let isUnwritten = journal[start..<start + Self.headerByteCount].allSatisfy { $0 == 0 }
            let mayBeTorn = journal.count - start <= StoreLimits.recordByteCountMax + 1024
            guard isUnwritten, mayBeTorn else { throw .damaged(record: number) }
            return .end
        }
        let end = start + Self.headerByteCount + byteCount
        guard journal.count >= end else { return .end }
        let sealed = Array(journal[start + Self.headerByteCount..<end])
        let bound = head + number.bigEndianBytes
        guard let plaintext = try? XChaCha20Poly1305.open(sealed, key: key, binding: bound) else {
            guard end == journal.count, Self.hasUnwrittenSector(journal, start..<end) else {
                throw .damaged(record: number)
            }
            return .end
        }
        return .record(try Self.changes(plaintext, number: number), end: end)
    }

    private static func changes(
        _ plaintext: [UInt8], number: UInt64
    ) throws(LocalStoreError) -> [StoreTransaction.Change] {
        let byteCount = plaintext.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard plaintext.count >= 4, byteCount <= plaintext.count - 4 else { throw .damaged(record: number) }
        let content = Array(plaintext[4..<4 + byteCount])
        let context = WireContext(form: .cbor, refusesUnknownFields: true)
        do { return try StoreChanges.decode(content, in: context).changes } catch { throw .damaged(record: number) }
    }

    private borrowing func header(number: UInt64, byteCount: UInt32) -> [UInt8] {
        let size = byteCount.bigEndianBytes
        return size + SHA256.hash(fileID + number.bigEndianBytes + size).prefix(4)
    }

    /// Whether some sector's share of `range` is all zeros: never the case for a record that was written whole.
    private static func hasUnwrittenSector(_ journal: [UInt8], _ range: Range<Int>) -> Bool {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, (start / sectorByteCount + 1) * sectorByteCount)
            if journal[start..<end].allSatisfy({ $0 == 0 }) { return true }
            start = end
        }
        return false
    }
}
