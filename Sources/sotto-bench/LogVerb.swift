import Chat
import Crypto
import Keys
import Store
import Wire

/// `log`: the key log in the store itself, without a server before it.
enum LogVerb {
    /// Changes that wait for the disk at a time, as when many accounts register at once.
    private static let windowCount = 256
    private static let proofCount = 2000

    static func measure(_ rig: Rig) async throws -> Measurement {
        let entryCount = rig.arguments.number("entries", default: rig.isQuick ? 20_000 : 1_000_000)
        let store = try Store.open(folder: "\(rig.folder.path)/log")
        let accounts: [AccountID]
        let (appending, appendingCPU): (UInt64, UInt64)
        let proofs: (wall: Histogram, cpu: Histogram)
        do {
            let (start, startCPU) = (Monotonic.now(), Monotonic.processCPU())
            accounts = try await append(entryCount, to: store)
            (appending, appendingCPU) = (Monotonic.now() - start, Monotonic.processCPU() - startCPU)
            proofs = try await prove(accounts, in: store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        let byteCount = rig.folder.byteCount(of: "log")
        return Measurement(
            verb: "log", title: "log: \(entryCount) entries appended, \(windowCount) at a time; then lists proven",
            figures: [
                Figure(
                    "append", "append, durable, amortised", Double(appending) / 1000 / Double(entryCount), "µs",
                    target: .atMost(50)),
                Figure(
                    "appendCPU", "– CPU of all threads", Double(appendingCPU) / 1000 / Double(entryCount), "µs"),
                Figure("proof50", "inclusion and consistency, p50", proofs.wall.microseconds(at: 0.5), "µs"),
                Figure("proof99", "– p99", proofs.wall.microseconds(at: 0.99), "µs", target: .atMost(1000)),
                Figure("proofCPU50", "– CPU, p50", proofs.cpu.microseconds(at: 0.5), "µs"),
                Figure("proofCPU99", "– CPU, p99", proofs.cpu.microseconds(at: 0.99), "µs"),
                Figure("bytes", "on disk, an entry", Double(byteCount) / Double(entryCount), "B"),
            ])
    }

    /// - Returns: some of the accounts.
    private static func append(_ count: Int, to store: Store) async throws -> [AccountID] {
        var sampled: [AccountID] = []
        let every = max(1, count / proofCount)
        var written = 0
        while written < count {
            try Interruption.check()
            let batch = (0..<min(windowCount, count - written)).map { (_) in AccountID.random() }
            for (index, account) in batch.enumerated() where (written + index).isMultiple(of: every) {
                sampled.append(account)
            }
            try await withThrowingTaskGroup(of: Void.self) { (group) in
                for account in batch {
                    group.addTask {
                        let entry = try entry(of: account)
                        try await store.write { (tables) throws(Problem) in
                            try Turn(tables: tables, now: WallClock.now()).log(entry)
                        }
                    }
                }
                try await group.waitForAll()
            }
            written += batch.count
        }
        return sampled
    }

    /// An entry as it would be of a first list.
    private static func entry(of account: AccountID) throws -> KeyLogEntry {
        try KeyLogEntry(
            [1, 1] + KeyLogAccountName(account).bytes + [0, 0, 0, 0, 0, 0, 0, 1] + RandomBytes.make(byteCount: 32))
    }

    /// The time of each proof, and the CPU that it took, which other programs do not lengthen.
    private static func prove(
        _ accounts: [AccountID], in store: Store
    ) async throws -> (wall: Histogram, cpu: Histogram) {
        let heads = TreeHeads(signedBy: ServerSigningKey())
        return try await store.read { (tables) throws(Problem) in
            let look = Look(tables: tables, now: WallClock.now())
            let size = try tables.keyLogSize()
            var (wall, cpu) = (Histogram(), Histogram())
            for account in accounts {
                let known = UInt64.random(in: 1...size)
                let (start, startCPU) = (Monotonic.now(), Monotonic.threadCPU())
                _ = try look.transparency(of: account, epoch: 1, since: known, heads)
                cpu.add(Monotonic.threadCPU() - startCPU)
                wall.add(Monotonic.now() - start)
            }
            return (wall, cpu)
        }
    }
}
