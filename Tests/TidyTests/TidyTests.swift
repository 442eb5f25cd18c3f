import Foundation
import TestKit
import Testing

/// Reads the sources as text and holds them to STYLE. Each rule is proved on a planted fault in `PlantedTests`.
@Suite struct TidyTests {
    private func hold(_ findings: [Finding]) {
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test("the repository was found")
    func found() {
        #expect(Repository.sources.count > 50)
        #expect(Repository.swift.contains { $0.path == "Tests/TidyTests/TidyTests.swift" })
        #expect(Repository.manifest != nil)
    }

    // MARK: Rooms

    @Test("every import is in the table of who may import whom")
    func imports() { hold(Repository.sources.flatMap(importsOutsideTable)) }

    @Test("the client library asks the system in one folder")
    func platform() { hold(Repository.sources.flatMap(systemOutsidePlatform)) }

    @Test("each C module is imported by one room")
    func cModules() { hold(sharedCModules(Repository.sources)) }

    @Test("no target depends on a room that its own room may not import")
    func manifest() throws {
        let manifest = try #require(Repository.manifest)
        for (room, dependencies) in Rooms.dependencies(in: manifest) {
            let allowed = try #require(Rooms.mayImport[room], "\(room) is not in the table")
            #expect(dependencies.subtracting(allowed).isEmpty, "\(room)")
        }
    }

    @Test("the server cannot reach the ratchet, the group key schedule or the client, by table and by manifest")
    func serverClosure() throws {
        let manifest = try #require(Repository.manifest)
        let built = Rooms.dependencies(in: manifest)
        #expect(built["sottod"] != nil)
        for graph in [built, Rooms.mayImport] {
            let reached = Rooms.closure(of: "sottod", in: graph)
            #expect(reached.isDisjoint(with: Rooms.keptFromServer), "\(reached)")
        }
    }

    @Test("the table of who may import whom has no circle")
    func circles() {
        for (room, allowed) in Rooms.mayImport {
            for other in allowed { #expect(!Rooms.closure(of: other, in: Rooms.mayImport).contains(room)) }
        }
    }

    @Test("ARCHITECTURE.md draws the table that these tests hold", .enabled(if: Repository.architecture != nil))
    func architectureTable() throws {
        let architecture = try #require(Repository.architecture)
        let drawn = try #require(Rooms.table(in: architecture))
        #expect(drawn == Rooms.mayImport)
    }

    @Test("ARCHITECTURE.md shows where every source lives", .enabled(if: Repository.architecture != nil))
    func map() throws {
        let architecture = try #require(Repository.architecture)
        hold(Repository.sources.flatMap { unmapped($0, in: architecture) })
    }

    @Test("every test file mirrors a file, a folder or a type of its room")
    func mirrors() { hold(Repository.swift.flatMap { mirrorless($0, among: Repository.swift) }) }

    @Test(
        "what scripts print from the sources is up to date, and what they look for in them is there",
        arguments: ["print-inits", "print-limits", "print-lists", "mutants"])
    func printed(by script: String) throws {
        let path = Repository.root.appending(path: "Scripts/\(script)").path
        let status = try ChildProcess(["python3", path, "--check"], isHeard: false, joinsErrors: true).wait()
        #expect(status == 0, "run Scripts/\(script)")
    }

    @Test("one name is one type in the whole tree")
    func names() { hold(namesakes(Repository.sources)) }

    @Test("each exception from a rule is needed")
    func exemptions() { #expect(idleExemptions(Repository.swift) == []) }

    @Test("no comment names a file, and the files that pages name are there")
    func fileNames() {
        hold(Repository.swift.flatMap(filesInComments))
        let paths = Set(Repository.swift.map(\.path))
        hold(Repository.files.flatMap { missingFiles($0, among: paths) })
    }

    @Test("nothing is declared that nobody names")
    func deadCode() { hold(dead(in: Repository.swift)) }

    // MARK: Text

    @Test("no file is longer than 400 lines")
    func files() { hold(Repository.files.flatMap(longFile)) }

    @Test("no function is longer than 70 lines")
    func functions() { hold(Repository.swift.flatMap(longFunctions)) }

    @Test("no line is longer than 120 characters")
    func lines() { hold(Repository.files.flatMap(longLines)) }

    @Test("no line ends in white space, and Swift has no tabs")
    func whiteSpace() { hold(Repository.files.flatMap(strayWhiteSpace)) }

    @Test("nothing is left to do in the code")
    func leftoverWork() { hold(Repository.files.flatMap(leftovers)) }

    @Test("no path of one machine is written down")
    func paths() { hold(Repository.files.flatMap(machinePaths)) }

    // MARK: Code

    @Test("no entry of a folder is read beyond its end")
    func noOverreads() { hold(Repository.swift.flatMap(overreads)) }

    @Test("nothing traps without a reason")
    func noTraps() { hold(Repository.sources.flatMap(traps)) }

    @Test("library rooms print nothing")
    func noPrints() { hold(Repository.sources.flatMap(prints)) }

    @Test("every promise that the compiler cannot check says who owns the state")
    func promises() { hold(Repository.sources.flatMap(unexplainedPromises)) }

    @Test("what other rooms may use is described")
    func documentation() { hold(Repository.sources.flatMap(undocumented)) }
}
