/// `one-to-one`: pairs of devices, each sender with a window of messages on the way. `latency`: the same pairs at a
/// steady rate, far below what the server can do.
enum OneToOneVerb {
    static func measure(_ rig: Rig) async throws -> Measurement {
        let arguments = rig.arguments
        let shape = PairShape(
            pairCount: arguments.number("pairs", default: 50),
            pace: .window(arguments.number("window", default: 16)), bodyByteCount: rig.bodyByteCount,
            isSecure: arguments.has("tls"), isEarly: arguments.has("early"))
        return try await measure(rig, shape, verb: "one-to-one")
    }

    /// Each sender has one message on the way: what little a read and a commit then carry is what this costs.
    static func crowd(_ rig: Rig, pairCount: Int) async throws -> Measurement {
        let shape = PairShape(
            pairCount: pairCount, pace: .window(1), bodyByteCount: rig.bodyByteCount,
            isSecure: rig.arguments.has("tls"))
        return try await measure(rig, shape, verb: "crowd-\(pairCount)")
    }

    private static func measure(_ rig: Rig, _ shape: PairShape, verb: String) async throws -> Measurement {
        let run = try await PairRun(rig, shape, seconds: rig.seconds(10, quick: 3))
        let ceiling = rig.ceiling
        let rate = Double(run.messages) / run.seconds
        let each = 1000 * Double(max(1, run.messages))
        let cpu = run.serverCPU / each
        // Set for the usual load.
        let hasTargets = verb == "one-to-one" && !shape.isSecure && shape.bodyByteCount == Rig.bodyByteCount
        return Measurement(
            verb: verb, title: "\(verb): \(shape.title), recipients online",
            figures: [
                Figure(
                    "messagesPerSecond", "messages accepted and delivered", rate, "/s",
                    ratio: rate / ceiling.recordsPerSecond, target: hasTargets ? .atLeast(50_000) : nil),
                Figure(
                    "serverCPU", "server CPU a message", cpu, "µs", ratio: cpu / ceiling.cpuMicrosecondsPerRecord,
                    to: "× the ceiling's", target: hasTargets ? .atMost(15) : nil),
                Figure("generatorCPU", "generator CPU a message", run.generatorCPU / each, "µs"),
            ] + PairRun.latencies("accept", "accepted", run.accepting)
                + PairRun.latencies("deliver", "delivered", run.delivering) + run.stores)
    }
}

enum LatencyVerb {
    static func measure(_ rig: Rig) async throws -> Measurement {
        let perSecond = rig.arguments.number("rate", default: 500)
        let run = try await PairRun(
            rig, PairShape(pace: .rate(perSecond)), seconds: rig.seconds(10, quick: 4))
        let disk = rig.ceiling.single.microseconds(at: 0.5)
        let paced = try Ceiling.paced(in: rig.folder.path, perSecond: perSecond, seconds: rig.seconds(4, quick: 1))
        let (p50, p99) = (run.accepting.microseconds(at: 0.5), run.accepting.microseconds(at: 0.99))
        return Measurement(
            verb: "latency", title: "latency: \(perSecond) messages/s over 50 pairs, \(Rig.bodyByteCount) B, durable",
            figures: [
                Figure("fdatasyncP50", "the disk: one record and its fdatasync, p50", disk, "µs"),
                Figure(
                    "overDisk", "accepted, p50, above the disk's", p50 - disk, "µs", ratio: p50 / disk,
                    to: "× the disk's", target: .atMost(300)),
                Figure("pacedP50", "the disk at this pace, two pages, p50", paced.microseconds(at: 0.5), "µs"),
                Figure("pacedP99", "the disk at this pace, two pages, p99", paced.microseconds(at: 0.99), "µs"),
                Figure("p99OverP50", "accepted, p99 over p50", p99 / max(p50, 1), "×", target: .atMost(4)),
            ] + PairRun.latencies("accept", "accepted", run.accepting)
                + PairRun.latencies("deliver", "delivered", run.delivering) + run.stores)
    }
}
