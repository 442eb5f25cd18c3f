import Foundation
import TestKit

/// A folder, a server, and a shell in which `sotto` is the program that was built.
struct ShellScene {
    struct Ended {
        let status: Int32
        let output: String
    }

    let house: House
    let folder: TemporaryFolder
    private let fixtures = URL(filePath: #filePath).appending(path: "../../../fixtures/media/").standardized.path

    init() async throws {
        house = try await House()
        folder = try TemporaryFolder()
    }

    /// Copies a sample into the folder.
    func copy(_ fixture: String, as name: String) throws {
        try FileManager.default.copyItem(atPath: fixtures + "/" + fixture, toPath: folder.path + "/" + name)
    }

    /// Runs a line as somebody types it.
    /// - Parameter data: the account, where the line does not say another.
    func run(_ line: String, data: String = "alice") throws -> Ended {
        let settings = [
            "cd '\(folder.path)'", "PATH='\(BuildFolder.path)':/usr/bin:/bin",
            "export PATH SOTTO_SERVER=http://127.0.0.1:\(house.server.port) SOTTO_CLIENT_DATA=./\(data)",
            "export SWIFT_BACKTRACE=enable=no TZ=UTC",
        ]
        let shell = try ChildProcess(["bash", "-c", (settings + [line]).joined(separator: "\n")], joinsErrors: true)
        let output = String(decoding: shell.readToEnd(), as: UTF8.self)
        return Ended(status: shell.wait(), output: output)
    }
}
