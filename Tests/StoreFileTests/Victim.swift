import Foundation
import TestKit
import Testing

/// A process that fills a store until it is killed.
final class Victim {
    private let process: ChildProcess
    /// What it said, line by line; a line without its end was cut.
    private(set) var output: [UInt8] = []

    /// Starts it, and waits until it said so many lines or died.
    init(
        _ folder: String, first: UInt64 = 1, until lineCount: Int, arguments: [String] = [], prefix: [String] = []
    ) throws {
        let command = prefix + [try Self.program.path, folder, "\(first)"] + arguments
        process = try ChildProcess(command)
        while output.count(where: { $0 == UInt8(ascii: "\n") }) < lineCount {
            let bytes = process.read()
            if bytes.isEmpty { break }
            output += bytes
        }
    }

    /// Ends it without warning, and waits for its last words.
    func kill() {
        process.kill()
        output += process.readToEnd()
        process.wait()
    }

    /// The numbers of each whole line.
    var lines: [[UInt64]] {
        String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map { (line) in line.split(separator: " ").compactMap { UInt64($0) } }
    }

    /// Runs it under another program until it ends by itself.
    /// - Returns: whether it died before.
    static func run(_ folder: String, prefix: [String]) throws -> Bool {
        let victim = try Victim(folder, until: 20, arguments: ["brief"], prefix: prefix)
        victim.process.wait()
        return victim.lines.count < 20
    }

    /// Beside the test bundle.
    private static var program: URL {
        get throws {
            let folder = try #require(Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
                ?? Bundle.main.executableURL)
            return folder.deletingLastPathComponent().appending(path: "store-victim")
        }
    }
}
