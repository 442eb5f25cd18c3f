import Foundation
import TestKit

extension House {
    /// Runs a verb of `sottod` on the server's folder.
    func run(_ verb: String, _ options: [String] = []) throws -> (status: Int32, text: String) {
        try Self.run(program: "sottod", [verb, "--data", server.dataFolder] + options)
    }

    /// Runs one of the programs to its end.
    static func run(program: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: BuildFolder.path + "/" + program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
