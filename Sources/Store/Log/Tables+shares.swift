import SQLite
public import Wire

/// How much of a queue each sender has. Counted from the queue itself when somebody must know: what is above the
/// watermark from memory, the rest from its rows; from then on kept up to date until there is no need to.
extension Tables {
    /// Why a copy has no room in a device's queue; `nil` where it has.
    /// - Parameter sender: whose it is; `nil` where the sender is sealed.
    public func queueRefusal(
        of bodyByteCount: Int, from sender: AccountID?, in device: DeviceAddress
    ) throws(Problem) -> QueueRefusal? {
        try answer { () throws(SQLiteError) in
            guard let queue = try queue(of: device) else { return nil }
            let weight = QueueWeight(of: bodyByteCount, from: sender)
            if queue.isAmple(for: weight) { return nil }
            return try shares(of: queue).refusal(of: weight)
        }
    }

    func shares(of queue: QueueTail) throws(SQLiteError) -> QueueShares {
        if let shares = queue.shares { return shares }
        var shares = QueueShares(of: queue.address.account)
        try storedLoads(of: queue, through: queue.head) { shares.add($1, of: $0) }
        queue.forEachWeight(above: queue.delivered, through: queue.head) { (weight) in
            shares.add(QueueLoad(weight), of: weight.sender)
        }
        queue.shares = shares
        return shares
    }

    /// What is about to be delivered counts no more, and where little is left, nothing does.
    func discount(_ queue: QueueTail, through number: UInt64) throws(SQLiteError) {
        // Taken out and put back, so that it is never copied.
        guard var shares = queue.shares else { return }
        queue.shares = nil
        // Counting what is left again costs less than taking off what goes, where that is more.
        guard number - queue.delivered <= queue.head - number else { return }
        try storedLoads(of: queue, through: number) { shares.remove($1, of: $0) }
        queue.forEachWeight(above: queue.delivered, through: number) { (weight) in
            shares.remove(QueueLoad(weight), of: weight.sender)
        }
        if queue.firstInMemory > number + 1 || !shares.isAmple { queue.shares = shares }
    }

    /// What waits in the tables and not in memory. A row that is damaged may count wrongly here: it is told when it is
    /// read, and what is counted is counted anew each time the queue has been fetched.
    private func storedLoads(
        of queue: QueueTail, through number: UInt64, _ body: (QueueSender, QueueLoad) -> Void
    ) throws(SQLiteError) {
        let last = min(number, queue.firstInMemory - 1)
        guard last > queue.delivered else { return }
        let statement = try connection.statement(
            "SELECT sender, bytes FROM queue WHERE device = ? AND number > ? AND number <= ?")
        defer { statement.reset() }
        statement.bind(1, queue.handle)
        statement.bind(2, Int64(clamping: queue.delivered))
        statement.bind(3, Int64(clamping: last))
        while try statement.step() {
            let sender = QueueSender(statement.id(0).map { AccountID(bytes: $0) })
            let weight = QueueWeight(sender: sender, byteCount: UInt32(clamping: statement.number(1)))
            body(weight.sender, QueueLoad(weight))
        }
    }
}
