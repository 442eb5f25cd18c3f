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
}
