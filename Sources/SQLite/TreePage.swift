/// A page of one of SQLite's trees, as far as its head says. https://www.sqlite.org/fileformat2.html#b_tree_pages
package enum TreePage {
    /// The bytes between the list of rows and the first of them: free, and of whatever stood there before.
    /// - Parameter isFirst: of the file, which has the head of the database before its own.
    /// - Returns: `nil` for a page of another kind, or one that makes no sense.
    package static func gap(of page: [UInt8], isFirst: Bool) -> Range<Int>? {
        let start = isFirst ? 100 : 0
        guard page.count >= start + 12 else { return nil }
        let headByteCount: Int
        switch page[start] {
        case 2, 5: headByteCount = 12
        case 10, 13: headByteCount = 8
        default: return nil
        }
        func number(_ offset: Int) -> Int { Int(page[start + offset]) << 8 | Int(page[start + offset + 1]) }
        let listEnd = start + headByteCount + 2 * number(3)
        // Zero stands for 65,536, which two bytes do not hold.
        let rows = number(5) == 0 ? 65_536 : number(5)
        guard listEnd <= rows, rows <= page.count else { return nil }
        return listEnd..<rows
    }
}
