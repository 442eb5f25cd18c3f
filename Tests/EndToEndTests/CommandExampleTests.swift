import Foundation
import TestKit
import Testing

@testable import sotto

/// What help and pages show is what happens.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CommandExampleTests {
    /// A step of the story in which every example of the table has its place.
    private enum Step: ExpressibleByStringLiteral {
        /// An example.
        case example(String)
        /// What has to have happened before the next one, with the status that it ends with.
        case before(String, status: Int32)

        init(stringLiteral line: String) { self = .example(line) }
    }

    private static func before(_ line: String, status: Int32 = 0) -> Step { .before(line, status: status) }

    private static let story: [Step] = [
        before("sotto register alice"), before("sotto register bob --data ./bob"),
        before("sotto register dave --data ./dave"),
        "sotto register carol --data ./carol", "sotto login", "sotto whoami",
        "sotto send @bob 'See you at noon?'", "date | sotto send @bob -",
        "sotto send @bob 'The lake' --file lake.jpg",
        "sotto listen --until-idle --data ./bob", "sotto download @alice 3 -o from-alice.jpg --data ./bob",
        before("cmp lake.jpg from-alice.jpg"), before("sotto send @alice Fine --data ./bob"),
        before("sotto listen --until-idle"), "sotto report @bob 4",
        "sotto chats", "sotto chats --json", "sotto chat show @bob", "sotto history @bob",
        "sotto history @bob --limit 2 --before 4", "sotto delete @bob 2", "sotto delete @bob 3 --for-me",
        "sotto people", "sotto safety-number @bob",
        "sotto people verify @bob \"$(sotto safety-number @alice --data ./bob)\"", "sotto people unverify @bob",
        "sotto people verify @bob --compared",
        "sotto media inspect lake.jpg", "sotto media thumbnail lake.jpg -o small.webp",
        "sotto sticker create Lakes 🏞=small.webp --author Alice", "sotto stickers",
        before("sotto stickers | head -n 1 | cut -d ' ' -f 1 > pack"),
        "sotto sticker send @bob \"$(cat pack)\" 0", before("sotto listen --until-idle --data ./bob"),
        "sotto sticker add @alice 5 --data ./bob", "sotto sticker remove \"$(cat pack)\"",
        "echo 'On my way' | sotto chat @bob",
        before("sotto send @bob 'Never mind' --server http://127.0.0.1:1", status: 75),
        "sotto outbox", "sotto outbox cancel @bob 7", "sotto outbox resume",
        "sotto group create Town @bob --open", "sotto send '#Town' 'Hello, all' --expires 7d", "sotto groups",
        "sotto chat show Town", "sotto group members Town", "sotto chat read Town 1", "sotto chat follow Town",
        "sotto chat unfollow Town", "sotto pin add Town 3", "sotto pins Town", "sotto pin remove Town 3",
        "sotto group add Town @dave", "sotto group role Town @bob admin", "sotto group remove Town @dave",
        "sotto group set-image Town lake.jpg", "sotto group remove-image Town",
        before("sotto listen --until-idle --data ./bob"), "sotto chat leave Town --data ./bob",
        "sotto avatar set lake.jpg", "sotto avatar show @alice -o alice.webp --size 96 --data ./bob",
        "sotto avatar remove", "sotto emoji add lake small.webp", "sotto emoji",
        "sotto emoji show lake -o lake.webp", "sotto emoji remove lake",
        "sotto device request --data ./laptop > code", "sotto device link - < code > reply",
        "sotto device join - --data ./laptop < reply", "sotto devices", "sotto device unlink 2",
        "sotto backup create > recovery-key", "sotto backup show", "sotto backup update",
        "sotto restore --key-file recovery-key --data ./new", "sotto backup delete",
        "sotto key-log audit --state chat.log", "sotto key-log trust",
        "sotto completion bash > sotto.bash", "sotto manual > sotto.1",
        "sotto account delete --yes --data ./carol",
    ]

    @Test("every example of every command does what it says, in one story")
    func examples() async throws {
        let scene = try await ShellScene()
        try scene.copy("baseline.jpg", as: "lake.jpg")
        var told: Set<String> = []
        for step in Self.story {
            let (line, status): (String, Int32) = switch step {
            case .example(let line): (line, 0)
            case .before(let line, let status): (line, status)
            }
            let ended = try scene.run("set -o pipefail\n" + line)
            #expect(ended.status == status, "\(line): \(ended.output)")
            if case .example(let line) = step { told.insert(line) }
        }
        #expect(told == Set(SottoCommand.all.flatMap(\.examples)))
    }

    /// A page, what has to have happened before it, and whether what it shows below a line is all that is printed.
    private struct Page: Sendable, CustomTestStringConvertible {
        let path: String
        var before: [String] = []
        var showsOutput = true

        var testDescription: String { path }
    }

    private static let pages = [
        Page(path: "README.md"), Page(path: "docs/clients.md"),
        Page(path: "docs/operations.md", before: ["sotto register alice", "sotto register bob --data ./bob"]),
        Page(path: "docs/records.md", before: ["sotto register alice", "sotto register bob --data ./bob"]),
        Page(path: "docs/media.md", showsOutput: false),
    ]

    @Test("what pages show is what is printed, but for its numbers and keys", arguments: pages)
    private func shown(page: Page) async throws {
        let scene = try await ShellScene()
        for (fixture, name) in [
            ("baseline.jpg", "lake.jpg"), ("orientation-6.jpg", "holiday.jpg"), ("animated.gif", "dance.gif"),
            ("clip.mp4", "dance.mp4"),
        ] { try scene.copy(fixture, as: name) }
        for line in page.before { #expect(try scene.run(line).status == 0, "\(line)") }
        let file = URL(filePath: #filePath).appending(path: "../../../" + page.path).standardized
        let text = try String(contentsOf: file, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var count = 0
        for (index, line) in lines.enumerated() {
            guard let prompt = line.firstMatch(of: #/^([a-z]*)\$ +(sotto .*)$/#) else { continue }
            let user = prompt.1.isEmpty || prompt.1 == "phone" ? "alice" : String(prompt.1)
            let shown = lines[(index + 1)...].prefix { !$0.hasPrefix("```") && !$0.contains(#/^[a-z]*\$ /#) }
            // On the page somebody types what is asked for here, and has another server.
            var typed = String(prompt.2).replacing("https://chat.example", with: "$SOTTO_SERVER")
                .replacing("http://127.0.0.1:7420", with: "$SOTTO_SERVER")
            if typed.hasPrefix("sotto restore") { typed += " < recovery-key" }
            if typed.hasPrefix("sotto backup create") { typed += " | tee recovery-key" }
            let ended = try scene.run(typed, data: user)
            #expect(ended.status == 0, "\(line): \(ended.output)")
            count += 1
            guard page.showsOutput else { continue }
            let printed = shown.filter { !$0.hasPrefix("Recovery key:") }.joined(separator: "\n")
            #expect(isAlike(ended.output, printed), "\(line): \(ended.output)")
        }
        #expect(count > 0)
    }

    /// Whether a text is another one but for what differs whenever and wherever it is printed; `…` in the second stands
    /// for anything.
    private func isAlike(_ text: String, _ pattern: String) -> Bool {
        var rest = alike(text)[...]
        let parts = alike(pattern).split(separator: "…", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == 0 || part.isEmpty {
                guard rest.hasPrefix(part) else { return false }
                rest = rest.dropFirst(part.count)
            } else {
                guard let range = rest.firstRange(of: part) else { return false }
                rest = rest[range.upperBound...]
            }
        }
        return rest.isEmpty || parts.last?.isEmpty == true
    }

    private func alike(_ text: String) -> String {
        text.replacing(/[A-Z0-9]{4}( [A-Z0-9]{4}){13}/, with: "KEY").replacing(/[0-9a-f]{64}/, with: "DIGEST")
            .replacing(/[A-Za-z0-9_-]{22}/, with: "ID").replacing(/[0-9]+/, with: "0")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
