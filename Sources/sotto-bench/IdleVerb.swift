import Transport

/// `idle`: sockets that say nothing but now and then a ping. The server is started anew over the accounts, so that
/// what registering them left in its heap does not hide what the sockets take.
enum IdleVerb {
    static func measure(_ rig: Rig) async throws -> Measurement {
        let count = rig.arguments.number("sockets", default: rig.isQuick ? 2000 : 10_000)
        var accounts: [BenchAccount] = []
        var emptyByteCount: UInt64 = 0
        var folder = ""
        try await rig.withServer { (server) in
            emptyByteCount = ServerFigures.resident(of: server.pid)
            accounts = try await Registrar(server.address, on: rig.loop).register(count: count)
            folder = rig.dataFolder
        }
        let server = try rig.restart(over: folder)
        defer { server.stop() }
        try server.waitUntilReady()
        // The first sockets bring what one of them needs and all share.
        let first = try LoadLoop.open(server.address, tokens: accounts[..<100].map(\.accessToken))
        let before = ServerFigures.resident(of: server.pid)
        let rest = try LoadLoop.open(server.address, tokens: accounts[100...].map(\.accessToken))
        let loop = LoadLoop(first + rest)
        let load = IdleLoad()
        try loop.run(load, until: Monotonic.now() + 1_000_000_000)
        let cpu = ServerFigures.cpu(of: server.pid)
        try loop.pingAll()
        let all = try loop.run(load, until: Monotonic.now() + 10_000_000_000) { load.pongCount == count }
        guard all else { throw BenchError.broken("only \(load.pongCount) of \(count) sockets answered a ping") }
        let pingCPU = Double(ServerFigures.cpu(of: server.pid) - cpu) / 1000 / Double(count)
        let after = ServerFigures.resident(of: server.pid)
        let each = Double(after - min(after, before)) / Double(max(1, count - 100))
        return Measurement(
            verb: "idle", title: "idle: \(count) sockets that were asked once whether they live",
            figures: [
                Figure("bytesPerSocket", "resident in the server, a socket", each, "B", target: .atMost(8000)),
                Figure(
                    "serverEmpty", "server without a client, resident", Double(emptyByteCount) / 1e6, "MB",
                    target: .atMost(64)),
                Figure("serverFull", "server with all of them, resident", Double(after) / 1e6, "MB"),
                Figure("pingCPU", "server CPU a ping", pingCPU, "µs"),
            ])
    }
}

/// Counts pongs.
private final class IdleLoad: LoadHandler {
    private(set) var pongCount = 0

    func received(_ frame: UnsafeRawBufferPointer, on socket: LoadSocket, at time: UInt64) throws(BenchError) {
        if Peek.tag(frame) == .pong { pongCount += 1 } else { try Peek.other(frame) }
    }

    func readEnded(on socket: LoadSocket, at time: UInt64) throws(BenchError) {}
    func turn(at time: UInt64) throws(BenchError) -> UInt64 { .max }
}
