import Foundation
import Testing

@testable import Server

/// docs/operations.md against the settings and metrics there are.
@Suite struct OperationsPageTests {
    private let page: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        page = try String(contentsOf: root.appending(path: "docs/operations.md").standardizedFileURL, encoding: .utf8)
    }

    @Test("the page of operations has one row for each setting, in their order")
    func settings() {
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `--") }
        #expect(rows.count == ServerSettings.all.count)
        for (row, setting) in zip(rows, ServerSettings.all) {
            #expect(row.hasPrefix("| `\(setting.flag)") && row.contains("`\(setting.variable)"), "\(setting.flag)")
        }
    }

    @Test("the page of operations names every counter")
    func counters() {
        for counter in Metrics().counters {
            let isNamed = page.contains("`\(counter.name)`")
            // Three of a kind share a row.
            let isShort = counter.name.hasPrefix("sotto_requests_")
                && page.contains("`\(counter.name.dropFirst("sotto_requests".count))`")
            #expect(isNamed || isShort, "\(counter.name)")
        }
    }
}
