package import SQLite

/// Numbers of a queue or conversation that were passed over when losses were accepted: who was given one of them,
/// before the loss, must not meet it again. What counts by numbers leaves them out. Empty for nearly everybody.
package struct NumberGaps: Sendable, Equatable {
    /// From behind `after` up to `through`.
    private struct Gap: Equatable {
        var after: UInt64
        var through: UInt64
    }

    /// In their order; between two of them there are numbers that were given.
    private var gaps: [Gap] = []

    package init() {}

    /// Passes over the next numbers.
    /// - Parameter head: the last number given or passed over.
    /// - Returns: what it is now.
    package mutating func skip(_ count: UInt64, after head: UInt64) -> UInt64 {
        let through = head.addingReportingOverflow(count).overflow ? head : head + count
        guard through > head else { return head }
        if let last = gaps.last, last.through == head {
            gaps[gaps.count - 1].through = through
        } else {
            gaps.append(Gap(after: head, through: through))
        }
        return through
    }

    /// How many of the numbers above `number` are in them.
    func count(above number: UInt64) -> UInt64 {
        gaps.reduce(0) { (sum, gap) in
            let start = max(gap.after, number)
            return gap.through > start ? sum + (gap.through - start) : sum
        }
    }

    /// Where one is who has everything up to `number`: behind a gap, when he has all that is before it.
    func passed(from number: UInt64) -> UInt64 {
        gaps.first { ($0.after..<$0.through).contains(number) }?.through ?? number
    }
}

/// Sixteen bytes each, big-endian; nothing where there is none.
extension NumberGaps: Cell {
    package static var storage: CellStorage { .blob }

    package func write(to writer: inout CellWriter) {
        gaps.flatMap { [$0.after.bigEndian, $0.through.bigEndian] }.withUnsafeBytes { writer.bytes($0) }
    }

    package static func read(from reader: inout CellReader) throws(SQLiteError) -> NumberGaps {
        try reader.bytes { (bytes) in
            guard bytes.count.isMultiple(of: 16) else { return nil }
            var found = NumberGaps()
            for offset in stride(from: 0, to: bytes.count, by: 16) {
                func number(_ at: Int) -> UInt64 {
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                }
                let gap = Gap(after: number(offset), through: number(offset + 8))
                let isInOrder = found.gaps.last.map { $0.through < gap.after } ?? true
                guard isInOrder, gap.after < gap.through, gap.through <= UInt64(Int64.max) else { return nil }
                found.gaps.append(gap)
            }
            return found
        }
    }
}
