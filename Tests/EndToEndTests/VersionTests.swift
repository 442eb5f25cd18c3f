import Testing
import Wire

/// What the programs say of themselves.
@Suite struct VersionTests {
    @Test("each program says its name and the version, and nothing else", arguments: ["sottod", "sotto"])
    func version(of program: String) throws {
        let (status, text) = try House.run(program: program, ["--version"])
        #expect(status == 0)
        #expect(text == "\(program) \(Release.version)\n")
    }

    @Test("what else is asked for beside it is not passed over", arguments: ["sottod", "sotto", "sotto-media"])
    func versionWithMore(of program: String) throws {
        let (status, text) = try House.run(program: program, ["--version", "--bogus"])
        #expect(status == 2)
        #expect(text.hasPrefix("\(program): "), "\(text)")
        #expect(program != "sottod" || text.contains("--version stands alone"), "\(text)")
    }
}
