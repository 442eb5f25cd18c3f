import Transport
import Wire

/// What the pairs of a load do.
struct PairShape {
    var pairCount = 50
    var pace = PairLoad.Pace.window(16)
    var bodyByteCount = Rig.bodyByteCount
    /// Over TLS.
    var isSecure = false
    /// Begins before the recipients have read to the end of their queues.
    var isEarly = false

    var title: String {
        let way =
            switch pace {
            case .window(1): "one message of each on the way"
            case .window(let count): "window \(count)"
            case .rate(let perSecond): "\(perSecond) messages/s"
            }
        return "\(pairCount) pairs, \(way), \(bodyByteCount) B\(isSecure ? ", TLS" : "")"
    }
}

/// One load of pairs from the empty store to the balanced ledger.
struct PairRun {
    private(set) var messages: UInt64 = 0
    private(set) var seconds = 0.0
    /// Nanoseconds while measuring.
    private(set) var serverCPU = 0.0
    private(set) var generatorCPU = 0.0
    private(set) var accepting = Histogram()
    private(set) var delivering = Histogram()
    /// What else the machine did meanwhile.
    private var machine: [Figure] = []
    private var before = ServerFigures()
    private var after = ServerFigures()

    /// - Parameter program: what to measure; the rig's own when `nil`.
    init(
        _ rig: Rig, _ shape: PairShape, of program: ServerProgram? = nil, seconds: Double, prefix: [String] = []
    ) async throws {
        try await rig.withServer(program, prefix: prefix, isSecure: shape.isSecure) { (server) in
            let pairs = try await Pairs(shape.pairCount, on: server, rig.loop)
            let load = try PairLoad(to: pairs.recipients, bodyByteCount: shape.bodyByteCount, pace: shape.pace)
            let loop = LoadLoop(
                try LoadLoop.open(server.address, tokens: (pairs.senders + pairs.recipients).map(\.accessToken)))
            if !shape.isEarly {
                let deadline = Monotonic.now() + 20_000_000_000
                let isReady = try loop.run(load, until: deadline) { load.readyCount == loop.sockets.count }
                guard isReady else { throw BenchError.broken("the sockets did not read their queues within 20 s") }
            }
            try load.start(loop.sockets)
            try loop.run(load, until: Monotonic.now() + UInt64(min(1, seconds / 3) * 1e9))
            before = try await ServerFigures.of(server, on: rig.loop)
            // What waited while the figures were fetched is not measured.
            try loop.run(load, until: Monotonic.now() + 50_000_000)
            try measure(load, loop, server, seconds)
            after = try await ServerFigures.of(server, on: rig.loop)
            load.stop()
            let isSettled = try loop.run(load, until: Monotonic.now() + 20_000_000_000) { load.isSettled }
            guard isSettled else { throw BenchError.broken("accepted messages did not arrive within 20 s") }
            try load.acknowledgeAll()
        }
    }

    private mutating func measure(
        _ load: PairLoad, _ loop: LoadLoop, _ server: ServerProcess, _ seconds: Double
    ) throws(BenchError) {
        let counts = (load.acceptedCount, load.deliveredCount)
        let cpu = (ServerFigures.cpu(of: server.pid), Monotonic.threadCPU())
        let use = MachineUse.now()
        load.isMeasuring = true
        let start = Monotonic.now()
        try loop.run(load, until: start + UInt64(seconds * 1e9))
        self.seconds = Double(Monotonic.now() - start) / 1e9
        load.isMeasuring = false
        generatorCPU = Double(Monotonic.threadCPU() - cpu.1)
        serverCPU = Double(ServerFigures.cpu(of: server.pid) - cpu.0)
        machine = MachineUse.now().figures(since: use, own: generatorCPU + serverCPU)
        messages = min(load.acceptedCount - counts.0, load.deliveredCount - counts.1)
        (accepting, delivering) = (load.accepting, load.delivering)
    }

    static func latencies(_ key: String, _ label: String, _ histogram: Histogram) -> [Figure] {
        [("P50", 0.5), ("P99", 0.99), ("P999", 0.999)].map { (name, share) in
            Figure("\(key)\(name)", "\(label), \(name.lowercased())", histogram.microseconds(at: share), "µs")
        }
    }

    /// Commits since the server started.
    var commitsInAll: UInt64 { after.commits }

    var messagesPerCommit: Double { Double(messages) / max(1, Double(after.commits - before.commits)) }

    /// What other processes took, in percent of the machine.
    var otherLoad: Double { machine.first { $0.key == "otherLoad" }?.value ?? 0 }

    /// Commits of the measured window, and the server's size after it.
    var stores: [Figure] {
        let commits = Double(after.commits - before.commits)
        return [
            Figure("commits", "commits while measuring", commits, ""),
            Figure("messagesPerCommit", "messages a commit", messagesPerCommit, ""),
            Figure("serverResident", "server, resident at its most", Double(after.residentByteCountMax) / 1e6, "MB"),
        ] + machine
    }
}

/// Accounts in pairs that have a dm, so that each message takes a seq in it too.
struct Pairs {
    let senders: [BenchAccount]
    let recipients: [BenchAccount]

    init(_ count: Int, on server: ServerProcess, _ loop: EventLoop) async throws {
        if server.program.takesAnyAccount {
            senders = try (0..<count).map { _ in try BenchAccount.unregistered() }
            recipients = try (0..<count).map { _ in try BenchAccount.unregistered() }
            return
        }
        let registrar = try Registrar(server.address, on: loop)
        let accounts = try await registrar.register(count: 2 * count)
        senders = Array(accounts[..<count])
        recipients = Array(accounts[count...])
        let connection = try await registrar.connect()
        defer { connection.close() }
        for (sender, recipient) in zip(senders, recipients) {
            _ = try await registrar.converse(.dm, .sealed, owner: sender, members: [recipient], over: connection)
        }
    }
}
