import Foundation
import TestKit
import Testing
import Wire

/// What the programs say of themselves.
@Suite struct VersionTests {
    @Test("each program says its name and the version, and nothing else", arguments: ["sottod", "sotto"])
    func version(of program: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: BuildFolder.path + "/" + program)
        process.arguments = ["--version"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text == "\(program) \(Release.version)\n")
    }
}
