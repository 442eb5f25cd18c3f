import Store
import Testing
import Wire

/// Mirrors what `Tables` says of reports.
@Suite("Contract: reports", .timeLimit(.minutes(10)))
struct ReportContractTests {
    @Test("reports count from 1, come in order, and one that comes again keeps its number", arguments: Engine.allCases)
    func reports(_ engine: Engine) async throws {
        @Sendable func row(_ number: UInt8, isAttributed: Bool) -> ReportRow {
            ReportRow(
                number: 99, report: [UInt8](repeating: number, count: 32), reporter: .number(1), sender: .number(2),
                isAttributed: isAttributed, message: MessageID(UInt64(number)), time: .start,
                reportedAt: Timestamp(milliseconds: 5), content: [number])
        }
        try await withStore(engine) { (store) in
            for number: UInt8 in 1...3 {
                try await store.write { (tables) throws(Problem) in
                    try tables.putReport(row(number, isAttributed: false))
                }
            }
            try await store.write { (tables) throws(Problem) in try tables.putReport(row(2, isAttributed: true)) }
            let all = try await store.read { (tables) throws(Problem) in
                try tables.rows(ReportRow.inOrder, after: 0, limit: 10)
            }
            #expect(all.map(\.number) == [1, 2, 3])
            var expected = row(2, isAttributed: true)
            expected.number = 2
            #expect(all[1] == expected)
            let page = try await store.read { (tables) throws(Problem) in
                try tables.rows(ReportRow.inOrder, after: 1, limit: 1)
            }
            #expect(page == [expected])
            let name = expected.report
            let (found, none) = try await store.read { (tables) throws(Problem) in
                (try tables.row(ReportRow.byReport, name), try tables.row(ReportRow.byReport, [0]))
            }
            #expect(found == expected && none == nil)
            #expect(try await store.read { (tables) throws(Problem) in try tables.count(ReportRow.inOrder) } == 3)
            try await store.write { (tables) throws(Problem) in try tables.removeReport(number: 1) }
            let left = try await store.read { (tables) throws(Problem) in
                try tables.rows(ReportRow.inOrder, after: 0, limit: 9)
            }
            #expect(left.map(\.number) == [2, 3])
            let day: UInt64 = 86_400
            func sweep(afterDays days: UInt64) async throws -> Int {
                let now = Timestamp(milliseconds: 5).adding(seconds: days * day)
                return try await store.write { (tables) throws(Problem) in
                    try tables.removeExpired(now: now, limit: 100)
                }
            }
            #expect(try await sweep(afterDays: Limits.reportDays - 1) == 0)
            #expect(try await sweep(afterDays: Limits.reportDays) == 2)
            #expect(try await store.read { (tables) throws(Problem) in try tables.count(ReportRow.inOrder) } == 0)
        }
    }
}
