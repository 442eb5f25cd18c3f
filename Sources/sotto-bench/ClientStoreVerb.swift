import Client

/// `client-store`: the store of a client by itself, in the sizes of a long life.
enum ClientStoreVerb {
    private static let chatCount = 2_000
    private static let deletionCount = 50
    private static let syncedCount = 40
    private static let openingCount = 11

    static func measure(_ rig: Rig) async throws -> Measurement {
        let messageCount = rig.arguments.number("messages", default: rig.isQuick ? 5_000 : 100_000)
        let folder = "\(rig.folder.path)/client"
        let filling = try fill(folder, messageCount)
        let reading = try await reading(folder)
        let store = try StoreRehearsal(folder: folder, chatCount: chatCount)
        let batches = try batches(of: store)
        let deletions = try deletions(from: store)
        let checking = Monotonic.now()
        try store.verify()
        let checked = Monotonic.now()
        let syncs = try await syncs(of: store, rig.folder)
        store.close()
        let diskByteCount = Double(rig.folder.byteCount(of: "client"))
        return Measurement(
            verb: "client-store", title: "client-store: \(messageCount) messages in \(chatCount) chats",
            figures: [
                Figure("fill", "taking them, 32 a sync", filling / Double(messageCount), "µs"),
                Figure("disk", "on disk, a message", diskByteCount / Double(messageCount), "B"),
            ] + reading + [
                Figure("batch", "32 of one chat in a batch, p50", batches.time.microseconds(at: 0.5) / 1000, "ms"),
                Figure(
                    "written", "– written a message: log, copying back, overwriting", batches.written / 1000, "kB",
                    target: .atMost(4)),
                Figure("delete", "deleting one, p50", deletions.time.microseconds(at: 0.5) / 1000, "ms"),
                Figure("deleteWritten", "– written for it", deletions.written / 1000, "kB"),
                Figure("verify", "looking through all", Double(checked - checking) / 1e6, "ms"),
            ] + syncs)
    }

    /// As an app begins: the client, the list of its chats, the newest lines of some.
    private static func reading(_ folder: String) async throws -> [Figure] {
        let network = SottoNetwork()
        defer { network.shutdown() }
        let before = residentByteCount()
        var (opening, listing) = (Histogram(), Histogram())
        func open() async throws -> (client: Account, chats: [Chat]) {
            let start = Monotonic.now()
            let client = try await Account.open(SottoConfiguration(folder: folder), key: .keyFile, over: network)
            _ = try await client.whoami()
            let opened = Monotonic.now()
            let chats = try await client.chats.all()
            listing.add(Monotonic.now() - opened)
            opening.add(opened - start)
            return (client, chats)
        }
        for _ in 1..<openingCount { try await open().client.close() }
        let (client, chats) = try await open()
        var again = Histogram()
        for _ in 0..<20 {
            let start = Monotonic.now()
            _ = try await client.chats.all()
            again.add(Monotonic.now() - start)
        }
        var newest = Histogram()
        for number in 0..<50 {
            let start = Monotonic.now()
            _ = try await client.chats.lines(of: chats[number * 37].id, limit: 50)
            newest.add(Monotonic.now() - start)
        }
        let resident = residentByteCount()
        await client.close()
        return [
            Figure("open", "opening, p50", opening.microseconds(at: 0.5) / 1000, "ms", target: .atMost(150)),
            Figure(
                "list", "the list of chats, cold, p50", listing.microseconds(at: 0.5) / 1000, "ms",
                target: .atMost(10)),
            Figure("listAgain", "– once more, p50", again.microseconds(at: 0.5) / 1000, "ms", target: .atMost(2)),
            Figure("newest50", "the newest 50 of a chat, p50", newest.microseconds(at: 0.5) / 1000, "ms",
                target: .atMost(1)),
            Figure("resident", "resident, the whole process", Double(resident) / 1e6, "MB", target: .atMost(40)),
            Figure("residentMore", "– more than before", Double(resident - before) / 1e6, "MB"),
        ]
    }

    /// Counted apart from what is timed.
    private static func syncs(of store: StoreRehearsal, _ folder: TemporaryFolder) async throws -> [Figure] {
        try await SyncCounter.watching(folder) { (counter) in
            guard let counter else { return [] }
            let before = counter.count
            for chat in 0..<syncedCount { try store.receive(32, from: chat * 41) }
            let taken = counter.count
            // What the log still holds goes with the first.
            try store.delete(2, of: 1)
            let begun = counter.count
            for chat in 1...syncedCount { try store.delete(2, of: chat * 41) }
            return [
                Figure("batchSyncs", "syncs a batch", Double(taken - before) / Double(syncedCount), ""),
                Figure("deleteSyncs", "syncs a deletion", Double(counter.count - begun) / Double(syncedCount), ""),
            ]
        }
    }

    /// - Returns: microseconds.
    private static func fill(_ folder: String, _ messageCount: Int) throws -> Double {
        let store = try StoreRehearsal(folder: folder, chatCount: chatCount)
        let start = Monotonic.now()
        for batch in 0..<messageCount / 32 {
            try Interruption.check()
            try store.receive(32, from: batch)
        }
        try store.receive(messageCount % 32, from: 0)
        store.close()
        return Double(Monotonic.now() - start) / 1000
    }

    private static func batches(of store: StoreRehearsal) throws -> (time: Histogram, written: Double) {
        var time = Histogram()
        let before = writtenByteCount()
        for batch in 0..<100 {
            let start = Monotonic.now()
            try store.receive(32, from: batch)
            time.add(Monotonic.now() - start)
        }
        return (time, Double(writtenByteCount() - before) / 3200)
    }

    private static func deletions(from store: StoreRehearsal) throws -> (time: Histogram, written: Double) {
        var time = Histogram()
        let last = try store.receive(32, from: 0)
        try store.delete(last, of: 0)
        let before = writtenByteCount()
        for chat in 1...deletionCount {
            let start = Monotonic.now()
            try store.delete(1, of: chat * 37)
            time.add(Monotonic.now() - start)
        }
        return (time, Double(writtenByteCount() - before) / Double(deletionCount))
    }

    /// What this process gave the system to write, whatever became of it.
    private static func writtenByteCount() -> UInt64 { number("wchar:", in: "/proc/self/io") }

    private static func residentByteCount() -> Int { Int(number("VmRSS:", in: "/proc/self/status")) << 10 }

    private static func number(_ name: String, in file: String) -> UInt64 {
        let line = TextFile.read(file).split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { UInt64($0) } ?? 0
    }
}
