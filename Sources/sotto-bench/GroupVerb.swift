import Transport
import Wire

/// `group`: one open conversation of so many members, all online, the owner posting.
enum GroupVerb {
    static func measure(_ rig: Rig, memberCount: Int) async throws -> Measurement {
        let window = rig.arguments.number("window", default: 8)
        guard (2...Limits.membersMax).contains(memberCount) else {
            throw BenchError.usage("--members takes 2 to \(Limits.membersMax)")
        }
        return try await rig.withServer { (server) in
            let registrar = try Registrar(server.address, on: rig.loop)
            let accounts = try await registrar.register(count: memberCount)
            let connection = try await registrar.connect()
            let conversation = try await registrar.converse(
                .group, .open, owner: accounts[0], members: Array(accounts[1...]), over: connection)
            connection.close()
            let load = try GroupLoad(
                conversation, memberCount: memberCount, window: window, textByteCount: Rig.bodyByteCount)
            let loop = LoadLoop(try LoadLoop.open(server.address, tokens: accounts.map(\.accessToken)))
            // Every socket has said hello before the first post: a post is for who is there.
            try loop.run(load, until: Monotonic.now() + 500_000_000)
            load.start(loop.sockets)
            try loop.run(load, until: Monotonic.now() + 500_000_000)
            let window = try Window(load, loop, server, seconds: rig.seconds(8, quick: 2.5))
            load.stop()
            let isSettled = try loop.run(load, until: Monotonic.now() + 20_000_000_000) { load.isSettled }
            guard isSettled else { throw BenchError.broken("posts did not reach every member within 20 s") }
            let resident = ServerFigures.resident(of: server.pid, field: "VmHWM")
            return measurement(rig, memberCount, load, window, resident)
        }
    }

    /// What was counted while measuring.
    private struct Window {
        let seconds: Double
        let deliveries: Double
        let posts: Double
        let serverCPU: Double
        let generatorCPU: Double
        /// What else the machine did meanwhile.
        let machine: [Figure]

        init(_ load: GroupLoad, _ loop: LoadLoop, _ server: ServerProcess, seconds: Double) throws(BenchError) {
            let counts = (load.acceptedCount, load.deliveredCount)
            let cpu = (ServerFigures.cpu(of: server.pid), Monotonic.threadCPU())
            let use = MachineUse.now()
            load.isMeasuring = true
            let start = Monotonic.now()
            try loop.run(load, until: start + UInt64(seconds * 1e9))
            load.isMeasuring = false
            self.seconds = Double(Monotonic.now() - start) / 1e9
            posts = Double(load.acceptedCount - counts.0)
            deliveries = Double(load.deliveredCount - counts.1)
            serverCPU = Double(ServerFigures.cpu(of: server.pid) - cpu.0) / 1000
            generatorCPU = Double(Monotonic.threadCPU() - cpu.1) / 1000
            machine = MachineUse.now().figures(since: use, own: (serverCPU + generatorCPU) * 1000)
        }
    }

    private static func measurement(
        _ rig: Rig, _ memberCount: Int, _ load: GroupLoad, _ window: Window, _ resident: UInt64
    ) -> Measurement {
        let rate = window.deliveries / window.seconds
        let posts = window.posts / window.seconds
        return Measurement(
            verb: "group-\(memberCount)",
            title: "group: \(memberCount) members online, window \(rig.arguments.number("window", default: 8)), "
                + "\(Rig.bodyByteCount) B, durable",
            figures: [
                Figure(
                    "deliveriesPerSecond", "deliveries", rate, "/s", ratio: rate / rig.ceiling.recordsPerSecond,
                    target: .atLeast(250_000)),
                Figure("postsPerSecond", "posts accepted", posts, "/s", ratio: posts / rig.ceiling.recordsPerSecond),
                Figure("serverCPU", "server CPU a delivery", window.serverCPU / max(1, window.deliveries), "µs"),
                Figure("serverCPUPerPost", "server CPU a post", window.serverCPU / max(1, window.posts), "µs"),
                Figure(
                    "generatorCPU", "generator CPU a delivery", window.generatorCPU / max(1, window.deliveries), "µs"),
            ] + PairRun.latencies("accept", "accepted", load.accepting)
                + PairRun.latencies("deliver", "delivered, each member's", load.delivering)
                + [Figure("serverResident", "server, resident at its most", Double(resident) / 1e6, "MB")]
                + window.machine)
    }
}
