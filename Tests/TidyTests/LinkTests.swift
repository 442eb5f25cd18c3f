import Foundation
import Testing

/// Links between the pages of this repository.
@Suite struct LinkTests {
    private static let pages = Repository.files.filter(\.isPage)

    @Test("every link between pages leads to a file that is there")
    func links() {
        #expect(Self.pages.count > 10)
        for page in Self.pages {
            for finding in brokenLinks(page) { Issue.record("\(finding)") }
        }
    }

    @Test("a page under docs that no other page links to is found by nobody")
    func unlinked() {
        for finding in unlinkedPages(Self.pages) { Issue.record("\(finding)") }
    }

    @Test("a page without a link to it is found, whatever it links to itself")
    func plantedPages() {
        let pages = [
            SourceFile(path: "README.md", text: "[a](docs/a.md) [b](docs/deep/b.md#part)"),
            SourceFile(path: "docs/a.md", text: "[lost](deep/lost.md.txt)"),
            SourceFile(path: "docs/deep/b.md", text: "[a](../a.md)"),
            SourceFile(path: "docs/deep/lost.md", text: "[itself](lost.md) [b](b.md)"),
        ]
        #expect(unlinkedPages(pages).map(\.path) == ["docs/deep/lost.md"])
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
        links(of: page).compactMap { (index, target) in
            let file = Repository.root.appending(path: target).path(percentEncoded: false)
            return FileManager.default.fileExists(atPath: file)
                ? nil : Finding(page, line: index, "a link to nowhere: \(target)")
        }
    }

    private func unlinkedPages(_ pages: [SourceFile]) -> [Finding] {
        var linked: Set<String> = []
        for page in pages { linked.formUnion(links(of: page).map(\.target).filter { $0 != page.path }) }
        return pages.filter { $0.path.hasPrefix("docs/") && !linked.contains($0.path) }
            .map { Finding($0, line: 0, "no page links here") }
    }

    /// What a page links to in this repository, from its root.
    private func links(of page: SourceFile) -> [(line: Int, target: String)] {
        let folder = page.path.split(separator: "/").dropLast().map(String.init)
        var isCode = false
        return page.lines.enumerated().flatMap { (index, line) -> [(line: Int, target: String)] in
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode else { return [] }
            return line.matches(of: /\]\(([^)#\s]+)[^)]*\)/).compactMap { (match) in
                guard !match.1.contains(":") else { return nil }
                var path = folder
                for part in match.1.split(separator: "/") where part != "." {
                    if part == ".." { _ = path.popLast() } else { path.append(String(part)) }
                }
                return (index, path.joined(separator: "/"))
            }
        }
    }
}
