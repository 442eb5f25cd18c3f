import SQLite
public import Wire

extension Tables {
    /// Gives the next number, or replaces what there is of the same report, which keeps its number.
    public func putReport(_ row: ReportRow) throws(Problem) {
        try change([]) { () throws(SQLiteError) in
            var row = row
            if let before = try connection.row(ReportRow.byReport, row.report) {
                row.number = before.number
            } else {
                row.number = UInt64(bitPattern: try nextNumber(ReportRow.self))
            }
            try connection.put(row)
        }
    }

    /// Removes one report, if it is there.
    public func removeReport(number: UInt64) throws(Problem) {
        try change([], growth: .nothing) { () throws(SQLiteError) in
            _ = try connection.remove(ReportRow.byNumber, number)
        }
    }
}
