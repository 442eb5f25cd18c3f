/// The log rows of consecutive numbers: of one device's queue, or of one conversation.
///
/// Grows at the end and shrinks at the front. Rows ascend with the numbers; a row may be marked, by its sign.
struct RowList {
    /// The number of the first row; of no meaning while there is none.
    private(set) var firstNumber: UInt64 = 0
    private var rows: [Int64] = []
    private var skipped = 0

    var count: Int { rows.count - skipped }
    var isEmpty: Bool { count == 0 }
    /// The number after the last.
    var endNumber: UInt64 { firstNumber + UInt64(count) }

    /// The row at a place from 0 up to ``count``.
    subscript(index: Int) -> Int64 { rows[skipped + index] }

    /// Numbers that were left out, because their rows were damaged, get row zero.
    mutating func append(_ number: UInt64, _ row: Int64) {
        if isEmpty {
            rows.removeAll(keepingCapacity: true)
            skipped = 0
            firstNumber = number
        }
        precondition(number >= endNumber, "numbers ascend")
        while endNumber < number { rows.append(0) }
        rows.append(row)
    }

    /// Undoes the last ``append(_:_:)``.
    mutating func removeLast() { rows.removeLast() }

    mutating func removeFirst(_ count: Int) {
        skipped += count
        firstNumber += UInt64(count)
        guard skipped > 32, skipped > rows.count / 2 else { return }
        rows.removeFirst(skipped)
        skipped = 0
    }

    /// Removes all numbers up to `number`.
    mutating func remove(through number: UInt64) {
        guard !isEmpty, number >= firstNumber else { return }
        removeFirst(min(count, Int(clamping: number - firstNumber) + 1))
    }

    /// Removes all rows up to `row`.
    mutating func remove(rowsThrough row: Int64) { removeFirst(index(after: row)) }

    /// The place of the first row above `row`.
    func index(after row: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if magnitude(middle) <= row { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The place of the first number at or above `number`.
    func index(ofNumber number: UInt64) -> Int {
        number <= firstNumber ? 0 : min(count, Int(clamping: number - firstNumber))
    }

    /// The row at a place without its mark. A hole counts as the row before it, so that the order holds.
    private func magnitude(_ index: Int) -> Int64 {
        var index = index
        while index > 0, self[index] == 0 { index -= 1 }
        return abs(self[index])
    }
}
