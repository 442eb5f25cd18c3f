import Foundation
import Testing

/// docs/clients.md against what the library offers.
@Suite struct ClientPageTests {
    private static let page = Repository.files.first { $0.path == "docs/clients.md" }?.text ?? ""
    private static let library = Repository.files.filter { $0.path.hasPrefix("Sources/Client/") }

    @Test("every call of an account and of what hangs from it stands on the page")
    func calls() {
        let handles = [
            "Account", "Chats", "People", "Devices", "Outbox", "Media", "Stickers", "Safety", "Recovery", "Timeline",
        ]
        var count = 0
        for file in Self.library where handles.contains(where: { file.declares($0) }) {
            for call in offered(file) {
                count += 1
                #expect(Self.page.contains("`\(call)`"), "\(file.path): \(call)")
            }
        }
        #expect(count > 90)
    }

    @Test("every setting stands on the page")
    func settings() throws {
        let file = try #require(Self.library.first { $0.path.hasSuffix("/SottoConfiguration.swift") })
        let names = file.text.matches(of: #/^    public var (\w+)/#.anchorsMatchLineEndings()).map { String($0.1) }
        #expect(names.count > 8)
        for name in names { #expect(Self.page.contains("`\(name)`"), "\(name)") }
    }

    @Test("calls are read with their labels, however they are written")
    func planted() {
        let file = SourceFile(
            path: "Sources/Client/Planted.swift",
            text: """
                public struct Media: Sendable {
                    public func a(_ b: Int = f(1, 2), to c: [Int: Int], d: (Int, Int) -> Void) async {}
                    public static func e(
                        f g: Int,
                        _ h: borrowing Int
                    ) {}
                    public func i() {}
                    func j() {}
                }
                """)
        #expect(offered(file) == ["a(_:to:d:)", "e(f:_:)", "i()"])
        #expect(file.declares("Media") && !file.declares("Med"))
    }

    /// The functions of a file that an app can call, by their names and labels.
    private func offered(_ file: SourceFile) -> [String] {
        file.text.matches(of: #/^    public (?:static )?func (\w+)\(/#.anchorsMatchLineEndings()).map { (match) in
            var (depth, atStart, labels) = (1, true, "")
            var word = ""
            for character in file.text[match.range.upperBound...] {
                if "([".contains(character) { depth += 1 }
                if ")]".contains(character) { depth -= 1 }
                if depth == 0 { break }
                if character == ",", depth == 1 { (atStart, word) = (true, "") }
                guard atStart, !",\n".contains(character) else { continue }
                if character == " " || character == ":" {
                    if !word.isEmpty { (labels, atStart) = (labels + word + ":", false) }
                } else {
                    word.append(character)
                }
            }
            return "\(match.1)(\(labels))"
        }
    }
}

extension SourceFile {
    /// Whether it makes a public type of that name, or adds to it.
    fileprivate func declares(_ name: String) -> Bool {
        text.split(separator: "\n").contains { (line) in
            ["public struct ", "public final class ", "extension "].contains { (head) in
                line.hasPrefix(head + name) && !(line.dropFirst(head.count + name.count).first?.isLetter ?? false)
            }
        }
    }

    fileprivate var text: String { lines.joined(separator: "\n") }
}
