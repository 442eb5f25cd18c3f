import Foundation
import Testing

/// docs/library.md against what the library offers.
@Suite struct ClientPageTests {
    private static let page = Repository.files.first { $0.path == "docs/library.md" }?.text ?? ""
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

    @Test(
        "every case of what an app switches over has its line on the page, and no other has",
        arguments: ["LineBody", "Delivery", "LineChange", "UnreadableReason", "SottoEvent", "ConnectionState"])
    func cases(of name: String) throws {
        let declared = try #require(Self.library.lazy.compactMap { cases(of: name, in: $0) }.first)
        #expect(declared.count > 4)
        #expect(Set(rows(of: name)) == Set(declared))
        #expect(rows(of: name).count == declared.count)
    }

    @Test("every code of an error that has a name has its line on the page")
    func codes() throws {
        let file = try #require(Self.library.first { $0.path.hasSuffix("/SottoError.swift") })
        let declared = file.text.matches(of: /static let (\w+) = Self\(rawValue: "([a-z-]+)"\)/)
        #expect(declared.count > 40)
        let listed = rows(of: "SottoError.Code")
        for code in declared {
            #expect(listed.contains(String(code.2)), "\(code.2)")
            let words = code.2.split(separator: "-")
            #expect(code.1 == words[0] + words.dropFirst().map(\.localizedCapitalized).joined())
        }
        #expect(Set(listed).count == listed.count)
    }

    @Test("everything that an app sees says what it is")
    func comments() {
        for file in Self.library {
            for finding in uncommented(file) { Issue.record("\(finding)") }
        }
        let planted = SourceFile(
            path: "Sources/Client/Planted.swift",
            text: """
                /// Said.
                public enum A {
                    case one
                    /// Said.
                    @inlinable
                    public static var two: Int { 2 }
                    public let three = 3
                    public init(fields: Int) {}
                }
                enum B {
                    case four
                }
                """)
        #expect(uncommented(planted).map(\.line) == [3, 7])
    }

    @Test("what an app reads points to nothing that it cannot see")
    func publicComments() {
        for file in Self.library {
            for finding in hiddenBounds(file) { Issue.record("\(finding)") }
        }
        let planted = SourceFile(
            path: "Sources/Client/Planted.swift",
            text: """
                /// At most ``ClientLimits/a``.
                ///
                /// Ever.
                public var a = 1
                /// At most ``ClientLimits/b``.
                var b = 1
                """)
        #expect(hiddenBounds(planted).map(\.line) == [1])
    }

    @Test("cases are read with their values and several a line; rows up to the end of their table")
    func plantedCases() {
        let file = SourceFile(
            path: "Sources/Client/Planted.swift",
            text: """
                public enum Delivery: Sendable {
                    /// Why.
                    case a, b
                    case c(Int, d: Int)
                    case e = "f"
                    public enum Inner {
                        case g
                    }
                }
                enum Other { case h }
                """)
        #expect(cases(of: "Delivery", in: file) == ["a", "b", "c", "e"])
        #expect(cases(of: "Deliver", in: file) == nil)
        let page = "| `A` | b |\n|---|---|\n| `c` | d |\n| `e-f` | `g` |\n\n| `h` | i |"
        #expect(rows(of: "A", in: page) == ["c", "e-f"])
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

    /// The cases of a public enumeration that a file declares.
    private func cases(of name: String, in file: SourceFile) -> [String]? {
        guard let start = file.lines.firstIndex(where: { $0.hasPrefix("public enum \(name): ") }) else { return nil }
        let body = file.lines[start...].prefix { $0 != "}" }
        return body.filter { $0.hasPrefix("    case ") }.flatMap { (line) in
            line.dropFirst(9).split(separator: "(", maxSplits: 1)[0].split(separator: ",").map { (name) in
                String(name.trimmingPrefix(" ").prefix { $0.isLetter })
            }
        }
    }

    /// What stands first in the rows of the table that is headed by a name.
    private func rows(of name: String, in page: String = Self.page) -> [String] {
        guard let head = page.firstRange(of: "| `\(name)` |") else { return [] }
        let rows = page[head.lowerBound...].split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2)
        return rows.prefix { $0.hasPrefix("| ") }.compactMap { (row) in
            row.firstMatch(of: /^\| `([\w-]+)` \|/).map { String($0.1) }
        }
    }

    /// Public declarations and cases without a comment. What a protocol asks for has that of the protocol.
    private func uncommented(_ file: SourceFile) -> [Finding] {
        let witness =
            /init\(wire|init\(fields|write\(to|var schema|var sample|var description|rawValue|makeAsyncIterator/
        var enumeration: String?
        return file.lines.enumerated().compactMap { (index, line) in
            let code = line.drop { $0 == " " }
            let indent = String(line.prefix(line.count - code.count))
            if code.starts(with: #/public (indirect )?enum /#) { enumeration = indent }
            if let outer = enumeration, line == outer + "}" { enumeration = nil }
            let isCase = enumeration.map { line.hasPrefix($0 + "    case ") } ?? false
            let isPublic = code.starts(with: /public (?!extension|import|typealias|static func [<=])/)
            guard isCase || isPublic, !code.contains(witness) else { return nil }
            let above = file.lines[..<index].last { !$0.drop { $0 == " " }.hasPrefix("@") } ?? ""
            if above.drop(while: { $0 == " " }).hasPrefix("///") { return nil }
            return Finding(file, line: index, "an app does not learn what that is: \(code)")
        }
    }

    /// Comments of public declarations that name a bound which only the library sees.
    private func hiddenBounds(_ file: SourceFile) -> [Finding] {
        file.lines.enumerated().compactMap { (index, line) in
            guard line.contains("///"), line.contains("``ClientLimits/") || line.contains("``ClientError/") else {
                return nil
            }
            let declaration = file.lines[index...].first { !$0.drop { $0 == " " }.hasPrefix("///") }
            guard let declaration, declaration.drop(while: { $0 == " " }).hasPrefix("public ") else { return nil }
            return Finding(file, line: index, "an app cannot see that: \(line)")
        }
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
