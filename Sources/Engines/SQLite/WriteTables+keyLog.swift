import Store
import Wire

extension WriteTables {
    func appendToKeyLog(_ row: KeyLogRow, nodes: [[UInt8]]) throws(Problem) {
        try willWrite()
        let size = try keyLogSize()
        precondition(row.index == size, "an entry goes to the end of the log")
        try connection.run(
            "INSERT INTO key_log (number, account, epoch, entry) VALUES (?, ?, ?, ?)", .number(row.index),
            .blob(row.account), .number(row.epoch), .blob(row.entry))
        // Positions count up by themselves: the next is one above the last.
        for node in nodes {
            try connection.run(
                "INSERT INTO key_log_node (position, hash) SELECT ifnull(max(position) + 1, 0), ? FROM key_log_node",
                .blob(node))
        }
    }
}
