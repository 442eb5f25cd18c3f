import Foundation
import Testing

@testable import Wire

/// docs/protocol/errors.md against the registry.
@Suite struct ProblemCodePageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    /// The cells of each row of the page's table, without the marks of code.
    private func rows() throws -> [[String]] {
        let page = Self.root.appending(path: "docs/protocol/errors.md").standardizedFileURL
        return try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
            .map { (line) in
                line.split(separator: "|").map { $0.filter { $0 != "`" }.trimmingCharacters(in: .whitespaces) }
            }
    }

    @Test("the page of refusals has one row for each code, in the order of the registry, with its status and title")
    func page() throws {
        let rows = try rows()
        #expect(rows.map(\.first) == ProblemCode.words)
        for (row, code) in zip(rows, ProblemCode.known) {
            try #require(row.count == 4, "\(code)")
            #expect(row[1] == String(code.status) && row[2] == code.title, "\(code)")
            #expect(!row[3].isEmpty, "\(code)")
        }
    }
}
