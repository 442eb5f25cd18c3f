import Wire

extension MemoryTables {
    func report(_ report: [UInt8]) -> ReportRow? { state.reports.first { $0.report == report } }

    func reportCount() -> Int { state.reports.count }

    func removeReport(number: UInt64) {
        writeCount += 1
        state.reports.removeAll { $0.number == number }
    }

    func reports(after number: UInt64, limit: Int) -> [ReportRow] {
        Array(state.reports.filter { $0.number > number }.prefix(max(0, limit)))
    }

    func putReport(_ row: ReportRow) {
        writeCount += 1
        var row = row
        if let index = state.reports.firstIndex(where: { $0.report == row.report }) {
            row.number = state.reports[index].number
            state.reports[index] = row
        } else {
            row.number = (state.reports.last?.number ?? 0) + 1
            state.reports.append(row)
        }
    }
}
