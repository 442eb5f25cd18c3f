import Foundation
import Testing

/// Links between the pages of this repository.
@Suite struct LinkTests {
    private static let pages: [SourceFile] = Repository.files.filter { $0.path.hasSuffix(".md") }
        + ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].compactMap { (path) in
            (try? String(contentsOf: Repository.root.appending(path: path), encoding: .utf8))
                .map { SourceFile(path: path, text: $0) }
        }

    @Test("every link between pages leads to a file that is there")
    func links() {
        #expect(Self.pages.count > 10)
        for page in Self.pages {
            for finding in brokenLinks(page) { Issue.record("\(finding)") }
        }
    }

    @Test("a link to nowhere is found; those to other sites, anchors and code are left alone")
    func planted() {
        let page = SourceFile(
            path: "docs/planted.md",
            text: """
                [there](../Package.swift) and [nowhere](nowhere.md#part)
                [else](https://example.org/nowhere.md) [below](#below)
                ```
                [code](nowhere.md)
                ```
                """)
        #expect(brokenLinks(page).map(\.line) == [1])
    }

    private func brokenLinks(_ page: SourceFile) -> [Finding] {
        let folder = Repository.root.appending(path: page.path).deletingLastPathComponent()
        var isCode = false
        return page.lines.enumerated().flatMap { (index, line) -> [Finding] in
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode else { return [] }
            return line.matches(of: /\]\(([^)#\s]+)[^)]*\)/).compactMap { (match) in
                let target = String(match.1)
                guard !target.contains(":") else { return nil }
                let file = folder.appending(path: target).standardizedFileURL.path(percentEncoded: false)
                return FileManager.default.fileExists(atPath: file)
                    ? nil : Finding(page, line: index, "a link to nowhere: \(target)")
            }
        }
    }
}
