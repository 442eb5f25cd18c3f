import Client
import Glibc
import Wire

/// `client`: two clients as apps have them, on a server of their own. One sends, each message accepted before the next;
/// then the other fetches what waits for it and keeps it.
enum ClientVerb {
    static func measure(_ rig: Rig) async throws -> Measurement {
        let count = rig.arguments.number("messages", default: rig.isQuick ? 1_000 : 3_000)
        // Syncs are counted over fewer, since whoever counts them slows all down.
        let counted = min(count, 320)
        let syncs = try await syncs(rig, counted)
        return try await rig.withServer { (server) in
            try await ClientPair.using(server, in: rig.folder) { (pair) in
                let (machine, start, cpu) = (MachineUse.now(), Monotonic.now(), Monotonic.processCPU())
                let serverCPU = ServerFigures.cpu(of: server.pid)
                try await pair.send(count)
                let (sent, sentCPU) = (Monotonic.now(), Monotonic.processCPU())
                try await pair.receive(count)
                let (received, receivedCPU) = (Monotonic.now(), Monotonic.processCPU())
                let own = receivedCPU - cpu + ServerFigures.cpu(of: server.pid) - serverCPU
                func rate(_ nanoseconds: UInt64) -> Double { Double(count) * 1e9 / Double(nanoseconds) }
                func each(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1000 / Double(count) }
                return Measurement(
                    verb: "client",
                    title: "client: \(count) messages of 100 B, each accepted before the next, then fetched and kept",
                    figures: [
                        Figure("sendsPerSecond", "sent and accepted", rate(sent - start), "/s"),
                        Figure("sendCPU", "– CPU of the client for each", each(sentCPU - cpu), "µs"),
                        Figure("receivesPerSecond", "fetched, opened and kept", rate(received - sent), "/s"),
                        Figure("receiveCPU", "– CPU of the client for each", each(receivedCPU - sentCPU), "µs"),
                    ] + syncs + MachineUse.now().figures(since: machine, own: Double(own)))
            }
        }
    }

    private static func syncs(_ rig: Rig, _ count: Int) async throws -> [Figure] {
        try await rig.withServer { (server) in
            try await ClientPair.using(server, in: rig.folder) { (pair) in
                try await SyncCounter.watching(rig.folder) { (counter) in
                    guard let counter else { return [] }
                    let before = counter.count
                    try await pair.send(count)
                    let sent = counter.count
                    try await pair.receive(count)
                    let received = counter.count
                    return [
                        Figure("sendSyncs", "syncs a message sent", Double(sent - before) / Double(count), ""),
                        Figure("receiveSyncs", "syncs a message received", Double(received - sent) / Double(count), ""),
                    ]
                }
            }
        }
    }
}

/// Two accounts that have written to each other.
struct ClientPair {
    private let sender: Account
    private let recipient: Account
    private let recipientHandle: Handle

    static func using<Result>(
        _ server: ServerProcess, in folder: TemporaryFolder, _ body: (ClientPair) async throws -> Result
    ) async throws -> Result {
        let network = SottoNetwork()
        defer { network.shutdown() }
        let sender = try await open("sender", server, folder, network)
        let recipient = try await open("recipient", server, folder, network)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(try await ClientPair(sender, recipient)))
        } catch {
            result = .failure(error)
        }
        await sender.close()
        await recipient.close()
        return try result.get()
    }

    private static func open(
        _ name: String, _ server: ServerProcess, _ folder: TemporaryFolder, _ network: SottoNetwork
    ) async throws -> Account {
        let address = ServerAddress("http://127.0.0.1:\(server.port)")
        let configuration = SottoConfiguration(folder: "\(folder.path)/\(name)-\(server.port)", server: address)
        return try await Account.open(configuration, key: .keyFile, over: network)
    }

    private init(_ sender: Account, _ recipient: Account) async throws {
        guard let senderHandle = Handle(text: "sender"), let recipientHandle = Handle(text: "recipient") else {
            throw BenchError.broken("handles that are none")
        }
        (self.sender, self.recipient, self.recipientHandle) = (sender, recipient, recipientHandle)
        try await sender.register(handle: senderHandle)
        try await recipient.register(handle: recipientHandle)
        // Each has heard from the other, so that senders are hidden and no message carries a handshake any more.
        for _ in 0..<2 {
            try await send(1)
            try await receive(1)
            _ = try await recipient.chats.send(Self.text, to: senderHandle)
            for await _ in await sender.events(untilIdle: true) {}
        }
    }

    private static let text = String(repeating: "a message ", count: 10)

    func send(_ count: Int) async throws {
        for _ in 0..<count {
            try Interruption.check()
            _ = try await sender.chats.send(Self.text, to: recipientHandle)
        }
    }

    /// Fetches what waits, which has to be `count` messages.
    func receive(_ count: Int) async throws {
        var received = 0
        // Events that were dropped are in the chat all the same.
        var isMissing = false
        for await event in await recipient.events(untilIdle: true) {
            switch event {
            case .message: received += 1
            case .missed: isMissing = true
            case .unreadable, .trouble, .ended: throw BenchError.broken("\(event)")
            default: break
            }
        }
        guard received == count || isMissing else { throw BenchError.broken("\(received) of \(count) messages came") }
    }
}
