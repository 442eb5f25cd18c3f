import TestKit
import Testing
import Wire

@testable import Store

@Suite("Remembered client ids")
struct AcceptedFilterTests {
    @Test("a filter knows all it was given, and mistakes few others")
    func filter() {
        var random = SplitMix(seed: 3)
        let filter = AcceptedFilter(countMax: 100_000)
        let known = (0..<100_000).map { _ in random.next() }
        for hash in known { filter.insert(hash) }
        #expect(known.allSatisfy { filter.mayContain($0) })
        let mistakes = (0..<100_000).count { _ in filter.mayContain(random.next()) }
        #expect(mistakes < 200, "\(mistakes) of 100,000")
    }

    @Test("a block gives back every entry, and nothing else")
    func block() {
        let entries = (0..<AcceptedBlock.entryCountMax).map { Self.entry($0) }
        let bytes = AcceptedBlock.encode(entries)
        #expect(bytes.count <= 8_000)
        bytes.withUnsafeBytes { (bytes) in
            #expect(AcceptedBlock.count(bytes) == entries.count)
            for entry in entries {
                let found = AcceptedBlock.find(entry.client, entry.sender, in: bytes, count: entries.count)
                #expect(found?.row == entry.row)
                #expect(found?.seq == entry.seq)
                #expect(AcceptedBlock.find(entry.client, 5, in: bytes, count: entries.count) == nil)
            }
            let keys = entries.map { AcceptedBlock.key($0.client, $0.sender) }
            #expect(zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        }
    }

    /// Adjacent ids, and one id from several senders.
    private static func entry(_ index: Int) -> AcceptedBlock.Entry {
        let high: UInt64 = UInt64.max - 70 + UInt64(index / 2)
        return AcceptedBlock.Entry(
            client: ClientID(bytes: SixteenBytes(high: high, low: 7)), sender: Int64(index % 2), row: Int64(index),
            time: Timestamp(milliseconds: UInt64(index)), conversation: Int64(index % 3), seq: UInt64(index))
    }

    @Test("a damaged or cut block is known as such")
    func damage() {
        let entry = AcceptedBlock.Entry(
            client: ClientID(bytes: SixteenBytes(high: 1, low: 2)), sender: 1, row: 2, time: Timestamp(milliseconds: 3),
            conversation: 4, seq: 5)
        var bytes = AcceptedBlock.encode([entry, entry])
        for bit in 0..<bytes.count * 8 {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(bytes.withUnsafeBytes { AcceptedBlock.count($0) } == nil)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        for count in 0..<bytes.count {
            #expect(bytes[..<count].withUnsafeBytes { AcceptedBlock.count($0) } == nil)
        }
    }
}
