import Testing

/// Each rule finds the fault it is for, where it is, and leaves alone what only looks like it.
@Suite struct PlantedTests {
    private func swift(_ text: String, at path: String = "Sources/Wire/Planted.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    private func lines(_ findings: [Finding]) -> [Int] { findings.map(\.line) }

    @Test("comments and the contents of literals are no code, interpolations are")
    func blanking() {
        let text = ##"""
            let a = "x // y" // try!
            let b = "\(c!) and \"d!\""
            /* as! /* nested */ e! */ f
            let g = """
                h! \(i(j: "k!")) "l!"
                """
            let m = #"n! \(o!) \#(p)"#
            let q = (/r!"s/, t)
            """##
        let code = SwiftText.codeLines(of: text).map(\.text)
        #expect(code[0].hasPrefix("let a = \"      \"") && !code[0].contains("try"))
        #expect(code[1].contains("c!") && !code[1].contains("d"))
        #expect(code[2].hasSuffix(" f") && !code[2].contains("!"))
        #expect(code[4].contains("i(j: \"  \")") && !code[4].contains("!"))
        #expect(code[6].contains("p") && !code[6].contains("!"))
        #expect(code[7].contains("t)") && !code[7].contains("!"))
        #expect(zip(code, text.split(separator: "\n")).allSatisfy { $0.utf8.count == $1.utf8.count })
    }

    @Test("an import outside the table is found")
    func imports() {
        let text = "import Wire\npublic import Ratchet\n@testable import MLS\nimport struct Glibc.timespec\n// import X"
        let file = swift(text, at: "Sources/Server/A.swift")
        #expect(lines(importsOutsideTable(file)) == [2, 3])
        #expect(lines(importsOutsideTable(swift("import Foundation", at: "Sources/Wire/A.swift"))) == [1])
        #expect(lines(importsOutsideTable(swift("", at: "Sources/Attic/A.swift"))) == [1])
        #expect(importsOutsideTable(swift("import CSQLite", at: "Sources/SQLite/A.swift")).isEmpty)
    }

    @Test("a call of the system outside of the client's one folder is found")
    func platform() {
        let file = swift("import Wire\nimport Glibc", at: "Sources/Client/A/B.swift")
        #expect(lines(systemOutsidePlatform(file)) == [2])
        #expect(systemOutsidePlatform(swift("import Glibc", at: "Sources/Client/Platform/B.swift")).isEmpty)
        #expect(systemOutsidePlatform(swift("import Glibc", at: "Sources/Threads/B.swift")).isEmpty)
    }

    @Test("a C module in a second room is found")
    func cModules() {
        let one = swift("import CSodium", at: "Sources/Crypto/A.swift")
        let other = swift("\nimport CSodium", at: "Sources/Keys/B.swift")
        #expect(lines(sharedCModules([one, other])) == [2])
        #expect(sharedCModules([one, one]).isEmpty)
    }

    @Test("the table in a document and the dependencies in a manifest are read")
    func tables() {
        let document = SourceFile(
            path: "A.md",
            text: "# x\n| room | may import |\n|---|---|\n| `Wire` | – |\n| A, B | `Wire`, Keys |\n\n| C | D |")
        #expect(Rooms.table(in: document) == ["Wire": [], "A": ["Wire", "Keys"], "B": ["Wire", "Keys"]])
        #expect(Rooms.table(in: SourceFile(path: "A.md", text: "nothing")) == nil)
        let manifest = swift(#"""
            room("Wire"),
            room("E", ["Wire",
                "S"], path: "x"),
            program("p-q", ["E"]),
            """#)
        let graph = Rooms.dependencies(in: manifest)
        #expect(graph == ["Wire": [], "E": ["Wire", "S"], "p-q": ["E"]])
        #expect(Rooms.closure(of: "p-q", in: graph) == ["p-q", "E", "Wire", "S"])
    }

    @Test("a second type of a name is found, and a nested one is not")
    func namesake() {
        let one = swift("public struct A {\n    enum B {}\n}\n", at: "Sources/Chat/One.swift")
        let other = swift("private final class A {}\nenum B {\n    struct A {}\n}\n", at: "Sources/Client/Other.swift")
        #expect(lines(namesakes([one, other])) == [1])
    }

    @Test("a file of 401 lines is found, one of 400 is not")
    func longFiles() {
        #expect(longFile(swift(String(repeating: "\n", count: 400))).isEmpty)
        #expect(lines(longFile(swift(String(repeating: "\n", count: 401)))) == [401])
    }

    @Test("a function of 71 lines is found, one of 70 is not, whatever its head looks like", arguments: [
        "func f() {", "public init?(a: (Int) -> Void = { _ in }) throws(E) {", "var x: Int {", "func g(\n) -> Int {",
        "func h()\n    where T: U\n{", "mutating func i<T>() async {",
    ])
    func longBodies(head: String) {
        let rest = 70 - head.split(separator: "\n").count - 1
        let protocolFirst = "protocol P {\n    func a()\n    func b() throws\n}\n"
        func text(_ count: Int) -> String {
            protocolFirst + head + "\n" + String(repeating: "    if x { \"}\" }\n", count: count) + "}\n"
        }
        #expect(longFunctions(swift(text(rest))).isEmpty)
        #expect(lines(longFunctions(swift(text(rest + 1)))) == [5])
    }

    @Test("a line of 121 characters is found, one of 120 is not, whatever their bytes")
    func longLine() {
        let text = String(repeating: "ü", count: 120) + "\n" + String(repeating: "x", count: 121)
        #expect(lines(longLines(swift(text))) == [2])
    }

    @Test("tabs and white space at the end are found")
    func whiteSpace() {
        #expect(lines(strayWhiteSpace(swift("a \nb\n\tc\nd\r\n  e"))) == [1, 3, 4])
        #expect(strayWhiteSpace(SourceFile(path: "Makefile", text: "a:\n\tb")).isEmpty)
    }

    @Test("notes of work left are found, words that hold the letters are not")
    func leftoverNotes() {
        let text = "// TO" + "DO: x\n// MASTODON XXXL\n// (FIX" + "ME)\nlet todo = 1"
        #expect(lines(leftovers(swift(text))) == [1, 3])
    }

    @Test("paths of one machine are found, parts of an address are not")
    func paths() {
        let text = "\"/tmp/x\"\nhttps://example.org/home/a\n/v1/work/x\ncd /root/y\n\"/home/z\""
        #expect(lines(machinePaths(SourceFile(path: "Scripts/a", text: text))) == [1, 4, 5])
        #expect(machinePaths(swift("\"/tmp/x\"", at: "Tests/A/B.swift")).isEmpty)
    }

    @Test("entries of folders that are copied are found")
    func overread() {
        let text = """
            withUnsafeBytes(of: entry.pointee.d_name) { _ in }
            withUnsafeBytes(of: &entry.pointee.d_name) { _ in }
            let child = Process()
            let child = ChildProcess()
            """
        #expect(lines(overreads(swift(text))) == [1, 3])
    }

    @Test("traps are found, what looks like them is not")
    func trapping() {
        let text = """
            let a = try! f()
            let b = c as! D
            let e = g!.h + i()! + j[0]!
            fatalError("no")
            if k != l, !m, n !== o { }
            #if !os(Linux)
            let p = "q!" // r!
            var s: Int!
            let t = try? u; let v = w as? X
            """
        #expect(lines(traps(swift(text))) == [1, 2, 3, 3, 3, 4, 8])
        #expect(traps(swift(text, at: "Tests/A/B.swift")).isEmpty)
    }

    @Test("printing is found in a library room and allowed in a program")
    func printing() {
        let text = "print(1)\nblueprint(2)\n    debugPrint(x)\n// print(3)\nself.print(4)"
        #expect(lines(prints(swift(text))) == [1, 3])
        #expect(prints(swift(text, at: "Sources/sotto/Main.swift")).isEmpty)
    }

    @Test("an unchecked promise without a reason is found")
    func promising() {
        let text = """
            final class A: @unchecked Sendable {}
            // One lock owns all of it.
            final class B: @unchecked Sendable {}


            nonisolated(unsafe) var c = 1 // only the loop thread touches it

            //
            struct D {}
            extension D: @unchecked Sendable {}
            """
        #expect(lines(unexplainedPromises(swift(text))) == [1, 10])
    }

    @Test("what is visible and undescribed is found, what the exemptions name is not")
    func documenting() {
        let text = """
            public struct A {
                public var b: Int
                package func c() {
                }
                func d() {}
                /// Described.
                @inlinable
                public func e() {}

                public init(b: Int) {}
                public init(b: Int, f: Int) {}
                public init?(b: Int) {}
                public var description: String { "" }
                public static func < (l: A, r: A) -> Bool { true }
            }

            /// Described, and so is the run that follows.
            public struct G {
                public var h: Int
                public let i: [Int]

                public var j: Int
                /// Described.
                public static let k = 1
                public static let l = 2
                public func m() {
                }
            }
            """
        #expect(lines(undocumented(swift(text))) == [1, 2, 3, 11, 12, 22, 26])
        #expect(undocumented(swift(text, at: "Sources/sottod/A.swift")).isEmpty)
    }

    @Test("an exception that nothing needs is found")
    func idling() {
        let wire = swift("public struct A {\n    func a() {}\n    public func next() {}\n}", at: "Sources/Wire/A.swift")
        #expect(neededWitnesses(wire) == ["func next()"])
        let idle = idleExemptions([wire, swift("import Keys", at: "Sources/Ratchet/A.swift")])
        #expect(idle.contains("Ratchet does not import Crypto") && !idle.contains("Ratchet does not import Keys"))
        #expect(!idle.contains("nothing is left undescribed for func next()"))
        #expect(idle.contains("nothing is left undescribed for var description:"))
        #expect(idle.contains("there are no TidyTests") && idle.contains("CLinux is not shared"))
    }

    @Test("a file that a comment names is found, one that a page names is looked for")
    func namedFiles() {
        let text = "let a = 1 // see B.swift\nlet b = \"C.swift\"\n/// As in `D/E+f.swift`.\n// See *.swift, or swift"
        #expect(lines(filesInComments(swift(text))) == [1, 3])
        let page = SourceFile(path: "docs/a.md", text: "`X/B.swift`, `C.swift`\n`<Room>Tests.swift`\n`Y/B.swift`")
        #expect(lines(missingFiles(page, among: ["Sources/X/B.swift", "Tests/C.swift"])) == [3])
        #expect(lines(missingFiles(page, among: ["Sources/X/BB.swift", "Sources/Y/B.swift"])) == [1, 1])
    }

    @Test("what nobody names is found, what is public or named anywhere is not")
    func deadDeclarations() {
        let one = swift("func a() {}\nprivate let b = 1, x = a\npublic var c: Int\nstatic func d() {}\nvar e: Int {")
        let other = swift("let f = \"\\(A.d())\" // e", at: "Tests/WireTests/A.swift")
        #expect(lines(dead(in: [one, other])) == [2, 5])
    }

    @Test("a source outside the map is found")
    func mapping() {
        let map = SourceFile(path: "ARCHITECTURE.md", text: "- `Wire`: words\n- Engines/Blobs: rows\n- Chatter: x")
        #expect(unmapped(swift("", at: "Sources/Wire/A.swift"), in: map).isEmpty)
        #expect(unmapped(swift("", at: "Sources/Engines/Blobs/A.swift"), in: map).isEmpty)
        #expect(lines(unmapped(swift("", at: "Sources/Chat/A.swift"), in: map)) == [1])
    }

    @Test("a test file that mirrors nothing is found")
    func mirroring() {
        let sources = [
            swift("public enum Inner { case a }\nstruct Outermost {}", at: "Sources/Wire/Outer.swift"),
            swift("", at: "Sources/Wire/Split+half.swift"), swift("", at: "Sources/Wire/Folder/X.swift"),
            swift("", at: "Tests/WireTests/Helper.swift"), swift("", at: "Sources/Chat/Talk.swift"),
        ]
        func isFound(_ path: String) -> Bool { !mirrorless(swift("", at: path), among: sources).isEmpty }
        for name in ["Outer", "Inner", "Split", "Folder", "Helper", "Outer+more", "OuterRefusal", "Outermos"] {
            #expect(!isFound("Tests/WireTests/\(name)Tests.swift"), "\(name)")
        }
        for name in ["Talk", "XRay", "Nothing"] {
            #expect(isFound("Tests/WireTests/\(name)Tests.swift"), "\(name)")
        }
        let said = { (words: String) in swift("/// Mirrors \(words).", at: "Tests/WireTests/SeveralTests.swift") }
        #expect(mirrorless(said("`Outer` and `Inner`"), among: sources).isEmpty)
        #expect(mirrorless(said("`Outer` and `Talk`"), among: sources).count == 1)
        #expect(!isFound("Tests/WireTests/Anything.swift"))
        #expect(!isFound("Tests/EndToEndTests/AnythingTests.swift"))
        #expect(isFound("Tests/AtticTests/A.swift"))
    }
}
