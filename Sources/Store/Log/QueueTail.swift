import Wire

/// One device's queue, as far as it is in memory.
final class QueueTail {
    let address: DeviceAddress
    /// The device's number in the tables.
    let handle: Int64
    let gaps: NumberGaps

    // The writer's own:
    /// Acknowledged, as the running batch sees it.
    var delivered: UInt64
    var persistedDelivered: UInt64
    var persistedHead: UInt64
    /// Stored rows up to here are deleted.
    var purgedThrough: UInt64 = 0
    /// The last number that may have a row in the table.
    var storedThrough: UInt64
    var isRemoved = false
    /// Is in the list of those whose cursor is to be written (``Tables/dirtyQueues``): neither without the other.
    var isDirty = false
    /// Is in the list of those whose stored rows are to be deleted.
    var isPurging = false
    /// The last number given, in the running batch too.
    var head: UInt64
    /// What the rows in memory weigh.
    private(set) var weights = QueueWeights()
    /// What each sender has waiting; `nil` while nobody had to count it.
    var shares: QueueShares?

    // Guarded by the tail's lock:
    /// Acknowledged, as readers see it.
    var committedDelivered: UInt64
    /// What waits and is not retired to the tables.
    private(set) var rows = RowList()

    init(address: DeviceAddress, handle: Int64, head: UInt64, delivered: UInt64, gaps: NumberGaps = NumberGaps()) {
        self.address = address
        self.handle = handle
        self.gaps = gaps
        self.head = head
        self.delivered = delivered
        persistedDelivered = delivered
        persistedHead = head
        committedDelivered = delivered
        storedThrough = head
    }

    // MARK: Rows and what they weigh

    /// A copy that waits.
    func append(_ number: UInt64, _ row: Int64, _ weight: QueueWeight) {
        rows.append(number, row)
        while weights.count + 1 < rows.count { weights.append(.none) }
        weights.append(weight)
        shares?.add(QueueLoad(weight), of: weight.sender)
    }

    /// Undoes the last ``append(_:_:_:)``.
    func undoAppend() {
        rows.removeLast()
        weights.removeLast()
        shares = nil
    }

    /// What is delivered needs to be found no more.
    func removeDelivered() { removeFirst { $0.remove(through: delivered) } }

    /// What stands in the tables needs not be found here.
    func remove(rowsThrough row: Int64) { removeFirst { $0.remove(rowsThrough: row) } }

    private func removeFirst(_ remove: (inout RowList) -> Void) {
        let count = rows.count
        remove(&rows)
        weights.removeFirst(count - rows.count)
    }

    // MARK: Shares

    /// The first number whose row is in memory, and with it all above; those that wait below stand in the tables.
    var firstInMemory: UInt64 { rows.isEmpty ? head + 1 : rows.firstNumber }

    /// Whether so little waits that one more copy is within anybody's share.
    func isAmple(for weight: QueueWeight) -> Bool {
        guard firstInMemory <= delivered + 1 else { return false }
        let all = QueueLoad(count: weights.count, byteCount: weights.byteCount)
        return (all + QueueLoad(weight)).fits(QueueShares.ample)
    }

    /// The weights in memory of numbers above `number` and up to `last`.
    func forEachWeight(above number: UInt64, through last: UInt64, _ body: (QueueWeight) -> Void) {
        guard last > number, last >= firstInMemory else { return }
        let start = rows.index(ofNumber: number + 1)
        let end = rows.index(ofNumber: last + 1)
        for index in start..<max(start, end) { body(weights[index]) }
    }
}
