import SQLite
public import Wire

extension ReadableTables {
    /// How many entries there are.
    public func keyLogSize() throws(Problem) -> UInt64 { try last(KeyLogRow.inOrder).map { $0.index + 1 } ?? 0 }

    /// By index, from `index` on.
    public func keyLogRows(from index: UInt64, limit: Int) throws(Problem) -> [KeyLogRow] {
        guard index > 0 else { return try rows(KeyLogRow.inOrder, limit: limit) }
        return try rows(KeyLogRow.inOrder, after: index - 1, limit: limit)
    }

    /// What the log has of the account that it calls so, by epoch, from after `epoch` on.
    public func keyLogRows(of account: [UInt8], after epoch: UInt64, limit: Int) throws(Problem) -> [KeyLogRow] {
        try rows(KeyLogRow.ofAccount, account, after: epoch, limit: limit)
    }

    /// One of the hashes that were appended with the entries, counted from 0.
    public func keyLogNode(at position: UInt64) throws(Problem) -> [UInt8]? {
        try row(KeyLogNodeRow.byPosition, position)?.hash
    }
}

extension Tables {
    /// Adds an entry at the end of the log, and hashes at the end of its nodes. Nothing of either is ever changed.
    public func appendToKeyLog(_ row: KeyLogRow, nodes: [[UInt8]]) throws(Problem) {
        let size = try keyLogSize()
        precondition(row.index == size, "an entry goes to the end of the log")
        try change([]) { () throws(SQLiteError) in
            try connection.insert(row)
            var next = try connection.last(KeyLogNodeRow.inOrder, Whole()).map { $0.position + 1 } ?? 0
            for node in nodes {
                try connection.insert(KeyLogNodeRow(position: next, hash: node))
                next += 1
            }
        }
    }
}
