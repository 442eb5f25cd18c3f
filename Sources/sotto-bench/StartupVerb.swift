/// `startup`: from the start of the process to the first answer, on an empty store, on one with many messages that
/// wait, and on the same after the process was killed while it took more.
enum StartupVerb {
    static func measure(_ rig: Rig) async throws -> Measurement {
        let count = rig.arguments.number("messages", default: rig.isQuick ? 50_000 : 1_000_000)
        let empty = try starts(rig, over: "\(rig.folder.path)/empty", rounds: 5)
        let emptyByteCount = ServerFigures.resident(of: empty.server.pid)
        empty.server.stop()
        var fillRate = 0.0
        try await rig.withServer { (server) in
            let pairs = try await Pairs(50, on: server, rig.loop)
            let start = Monotonic.now()
            try Backlog.fill(pairs, on: server, messagesEach: count / 50)
            fillRate = Double(count) / Double(Monotonic.now() - start) * 1e9
        }
        let byteCount = rig.folder.byteCount(of: rig.dataName)
        let full = try starts(rig, over: rig.dataFolder, rounds: 3)
        let fullByteCount = ServerFigures.resident(of: full.server.pid)
        full.server.kill()
        let killed = try starts(rig, over: rig.dataFolder, rounds: 1)
        killed.server.stop()
        return Measurement(
            verb: "startup", title: "startup: from the start of the process to its first answer",
            figures: [
                Figure("empty", "empty store", empty.seconds, "s", target: .atMost(0.2)),
                Figure(
                    "full", "\(Measurement.number(Double(count))) messages that wait", full.seconds, "s",
                    target: .atMost(1)),
                Figure("killed", "the same after kill -9", killed.seconds, "s", target: .atMost(1)),
                Figure(
                    "emptyResident", "server over the empty store, resident", Double(emptyByteCount) / 1e6, "MB",
                    target: .atMost(64)),
                Figure("fullResident", "server over the full store, resident", Double(fullByteCount) / 1e6, "MB"),
                Figure(
                    "fillRate", "filling it, recipients away", fillRate, "/s",
                    ratio: fillRate / rig.ceiling.recordsPerSecond),
                Figure("diskBytes", "on disk a message", Double(byteCount) / Double(max(1, count)), "B"),
            ])
    }

    /// The median of several starts; the last server runs on.
    private static func starts(
        _ rig: Rig, over folder: String, rounds: Int
    ) throws(BenchError) -> (seconds: Double, server: ServerProcess) {
        var times: [UInt64] = []
        while true {
            let start = Monotonic.now()
            let server = try ServerProcess(rig.program, dataFolder: folder)
            times.append(try server.waitUntilReady(since: start))
            if times.count == rounds { return (Double(times.sorted()[rounds / 2]) / 1e9, server) }
            server.stop()
        }
    }
}
