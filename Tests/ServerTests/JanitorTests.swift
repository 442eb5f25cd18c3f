import Chat
import Store
import Synchronization
import Testing
import TestKit
import Transport
import Wire

@testable import Server

@Suite(.timeLimit(.minutes(10))) struct JanitorTests {
    @Test("what has run out is removed, also when it takes several commands")
    func sweep() async throws {
        let held = HeldStore()
        let store = held.store
        let now = Timestamp(milliseconds: 1_795_167_000_000)
        let rows = (0..<(Janitor.rowsPerCommand * 2 + 5)).map { (index) in
            InviteRow(hash: Array("\(index)".utf8), usesLeft: 1, expiresAt: now.adding(seconds: index == 0 ? 60 : 0))
        }
        try await store.write { (tables) throws(Problem) in
            for row in rows { try tables.put(row) }
        }
        let chat = ChatEngine(store: store, clock: { now.adding(seconds: 1) }, perform: { (_) in })
        let log = Log(level: .error, form: .json, clock: { now })
        await Janitor(chat: chat, log: log, status: { store.status() }).sweep()
        let left = try await store.read { (tables) throws(Problem) in
            var left = 0
            for row in rows where try tables.row(InviteRow.byHash, row.hash) != nil { left += 1 }
            return left
        }
        #expect(left == 1)
        await store.close()
    }

    @Test("what a check of the store found is said once, in one line, until it finds something else")
    func findings() async throws {
        let held = HeldStore()
        let now = Timestamp(milliseconds: 1_795_167_000_000)
        let lineCount = Mutex(0)
        let log = Log(level: .error, form: .json) {
            lineCount.withLock { $0 += 1 }
            return now
        }
        let found = Mutex<[String]>([])
        let chat = ChatEngine(store: held.store, clock: { now }, perform: { (_) in })
        let janitor = Janitor(chat: chat, log: log) {
            var status = StoreStatus()
            status.findings = found.withLock { $0 }
            status.findingCount = UInt64(status.findings.count)
            return status
        }
        for (findings, count) in [([], 0), (["invite: one"], 1), (["invite: one"], 1), (["media: two"], 2), ([], 2)] {
            found.withLock { $0 = findings }
            await janitor.noteFindings()
            #expect(lineCount.withLock { $0 } == count, "\(findings)")
        }
        await held.store.close()
    }
}
