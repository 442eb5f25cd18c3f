import Foundation
import Store
import Testing
import Wire

/// Kills a real process that fills a store, and opens what it left.
/// Mirrors `Store`.
@Suite("Killed processes", .timeLimit(.minutes(10)), .serialized)
struct KillTests {
    /// What the process said before it died: client id, queue number and seq of each accepted send.
    private struct Said {
        let client: UInt64
        let number: UInt64
        let seq: UInt64
    }

    private static let killCount = Int(ProcessInfo.processInfo.environment["STORE_KILLS"] ?? "") ?? 6

    private func runUntilKilled(_ folder: String, first: UInt64, lineCount: Int, often: Bool) throws -> [Said] {
        let victim = try Victim(folder, first: first, until: lineCount, arguments: often ? ["often"] : [])
        victim.kill()
        return victim.lines.compactMap { (fields) in
            fields.count == 3 ? Said(client: fields[0], number: fields[1], seq: fields[2]) : nil
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
