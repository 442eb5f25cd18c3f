import Foundation
import Store
import Testing
import Wire

/// Kills a real process that fills a store, and opens what it left.
/// Mirrors `Store`.
@Suite("Killed processes", .timeLimit(.minutes(5)), .serialized)
struct KillTests {
    /// What the process said before it died: client id, queue number and seq of each accepted send.
    private struct Said {
        let client: UInt64
        let number: UInt64
        let seq: UInt64
    }

    private static let killCount = Int(ProcessInfo.processInfo.environment["STORE_KILLS"] ?? "") ?? 6

    private func runUntilKilled(_ folder: String, first: UInt64, lineCount: Int, often: Bool) throws -> [Said] {
        let process = Process()
        process.executableURL = try Self.victim
        process.arguments = [folder, "\(first)"] + (often ? ["often"] : [])
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var output = Data()
        while output.count(where: { $0 == UInt8(ascii: "\n") }) < lineCount {
            let bytes = pipe.fileHandleForReading.availableData
            if bytes.isEmpty { break }
            output += bytes
        }
        kill(process.processIdentifier, SIGKILL)
        output += (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        // A line without its end was cut by the kill.
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.dropLast().compactMap { (line) in
            let fields = line.split(separator: " ").compactMap { UInt64($0) }
            return fields.count == 3 ? Said(client: fields[0], number: fields[1], seq: fields[2]) : nil
        }
    }

    /// Beside the test bundle.
    private static var victim: URL {
        get throws {
            let folder = try #require(Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
                ?? Bundle.main.executableURL)
            return folder.deletingLastPathComponent().appending(path: "store-victim")
        }
    }

    @Test("nothing that was accepted is lost, doubled or reordered by kill -9", arguments: [false, true])
    func kills(_ often: Bool) async throws {
        let folder = try TestFolder()
        var all: [Said] = []
        var random = SystemRandomNumberGenerator()
        for round in 0..<Self.killCount {
            let lineCount = 50 + Int(random.next() % 3_000)
            let said = try runUntilKilled(
                folder.path, first: UInt64(round + 1) * 1_000_000, lineCount: lineCount, often: often)
            #expect(said.count >= lineCount, "round \(round)")
            all += said
            let store = try Store.open(folder: folder.path)
            let queue = try await store.drain()
            var bodies: [UInt64: Envelope] = [:]
            for envelope in queue { bodies[envelope.number?.rawValue ?? 0] = envelope }
            #expect(queue.compactMap { $0.number?.rawValue } == Array(1...UInt64(queue.count)), "round \(round)")
            #expect(queue.compactMap { $0.seq?.rawValue } == Array(1...UInt64(queue.count)))
            #expect(zip(queue, queue.dropFirst()).allSatisfy { $0.id < $1.id })
            #expect(queue.count >= all.count)
            #expect(queue.count <= all.count + 64 * (round + 1), "more than can have been under way")
            for said in all {
                let envelope = bodies[said.number]
                #expect(envelope?.seq?.rawValue == said.seq)
                #expect(envelope?.time.milliseconds == 1_795_000_000_000 + said.client)
            }
            for said in said.suffix(100) {
                let row = try await store.read { (tables) throws(Problem) in
                    try tables.accepted(from: Sample.sender, clientID: Sample.client(said.client))
                }
                #expect(row?.seq?.rawValue == said.seq)
            }
            #expect(store.status().damagedRows == 0)
            await store.close()
        }
    }
}
