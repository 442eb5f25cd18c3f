import Glibc

/// Says of a client id that it is certainly not in a run, or that it may be: a split-block Bloom filter.
///
/// 16 bits for each id it is made for: about one fresh id in 2,000 is taken for a known one, and costs a look into
/// the table. Each id touches one block of 32 bytes, so one cache line. Memory that no id has touched is not resident.
final class AcceptedFilter {
    private static let salts: [UInt32] = [
        0x47B6_137B, 0x4497_4D91, 0x8824_AD5B, 0xA2B7_289D, 0x7054_95C7, 0x2DF1_424B, 0x9EFC_4947, 0x5C6B_FB31,
    ]
    private static let laneCount = 8

    private let lanes: UnsafeMutablePointer<UInt32>
    private let blockCount: UInt64

    init(countMax: Int) {
        blockCount = UInt64(max(1, (countMax * 2 + 31) / 32))
        let count = Int(blockCount) * Self.laneCount
        guard let zeroed = calloc(count, MemoryLayout<UInt32>.stride) else { preconditionFailure("out of memory") }
        lanes = zeroed.bindMemory(to: UInt32.self, capacity: count)
    }

    deinit { free(lanes) }

    func insert(_ hash: UInt64) {
        let block = self.block(hash)
        let low = UInt32(truncatingIfNeeded: hash)
        for lane in 0..<Self.laneCount { block[lane] |= Self.bit(low, lane) }
    }

    func mayContain(_ hash: UInt64) -> Bool {
        let block = self.block(hash)
        let low = UInt32(truncatingIfNeeded: hash)
        for lane in 0..<Self.laneCount where block[lane] & Self.bit(low, lane) == 0 { return false }
        return true
    }

    private func block(_ hash: UInt64) -> UnsafeMutablePointer<UInt32> {
        lanes + Int(((hash >> 32) * blockCount) >> 32) * Self.laneCount
    }

    private static func bit(_ low: UInt32, _ lane: Int) -> UInt32 { 1 << ((low &* salts[lane]) >> 27) }
}
