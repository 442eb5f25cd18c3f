/// The weights of a queue's rows in memory, one for each row of its ``RowList``, in the same order.
///
/// Grows at the end and shrinks at the front.
struct QueueWeights {
    private var weights: [QueueWeight] = []
    private var skipped = 0
    /// Of all of them.
    private(set) var byteCount = 0

    var count: Int { weights.count - skipped }

    /// The weight at a place from 0 up to ``count``.
    subscript(index: Int) -> QueueWeight { weights[skipped + index] }

    mutating func append(_ weight: QueueWeight) {
        if count == 0 {
            weights.removeAll(keepingCapacity: true)
            skipped = 0
        }
        weights.append(weight)
        byteCount += Int(weight.byteCount)
    }

    /// Undoes the last ``append(_:)``.
    mutating func removeLast() { byteCount -= Int(weights.removeLast().byteCount) }

    mutating func removeFirst(_ count: Int) {
        for index in 0..<count { byteCount -= Int(self[index].byteCount) }
        skipped += count
        guard skipped > 32, skipped > weights.count / 2 else { return }
        weights.removeFirst(skipped)
        skipped = 0
    }
}
