import Wire

/// How much is kept of each sender for a later version, and whether more may be: whoever sends what is not known fills
/// neither the disk nor the room of others.
///
/// A sender may have an eighth of what is free, or ``ClientLimits/keptFloorByteCount``, whichever is more; the last
/// quarter is for those floors alone. What names no sender is the server's, and counts in all only.
struct KeptShares: Equatable {
    enum Room: Equatable {
        case free
        /// As much is kept of this sender as may be.
        case shareIsFull
        /// As much is kept of all together as may be.
        case full
    }

    private var byteCounts: [AccountID: Int] = [:]
    private var byteCount = 0

    mutating func add(_ count: Int, from sender: AccountID?) {
        byteCount += count
        if let sender { byteCounts[sender, default: 0] += count }
    }

    func room(for count: Int, from sender: AccountID?) -> Room {
        if let sender, byteCounts[sender, default: 0] + count > shareByteCount { return .shareIsFull }
        return byteCount + count <= ClientLimits.keptByteCountMax ? .free : .full
    }

    private var shareByteCount: Int {
        let free = max(0, ClientLimits.keptByteCountMax / 4 * 3 - byteCount)
        return max(ClientLimits.keptFloorByteCount, free / ClientLimits.keptShareDivisor)
    }
}
