import Wire

/// What can be measured.
enum BenchVerb: String, CaseIterable {
    case ceiling
    case oneToOne = "one-to-one"
    case crowd
    case group
    case latency
    case offline
    case idle
    case startup
    case fsyncs
    case log
    case client
    case clientStore = "client-store"
    case mediaTransfer = "media-transfer"
    case relay
    case all

    func run(_ rig: Rig) async throws {
        let measurements =
            switch self {
            case .all: Self.everything
            case .relay: try RelayVerb.measurements(rig)
            default: [measure]
            }
        var failures = 0
        if rig.arguments.has("markdown") {
            print("\(MachineUse.description)\n\n| verb | figure | value | ratio | target |\n|---|---|---|---|---|")
        } else if !rig.arguments.has("json") {
            print("\(MachineUse.description)\n")
        }
        for measure in measurements {
            do {
                Self.show(try await measure(rig), rig)
            } catch {
                // The others are worth having; the exit code tells.
                guard measurements.count > 1 else { throw error }
                try Interruption.check()
                failures += 1
                print("  \(error)\n")
            }
        }
        if failures > 0 { throw BenchError.server("\(failures) measurements failed") }
    }

    private static let everything: [@Sendable (Rig) async throws -> Measurement] = [
        BenchVerb.ceiling.measure, BenchVerb.oneToOne.measure,
        { (rig) in try await OneToOneVerb.crowd(rig, pairCount: 100) },
        { (rig) in try await OneToOneVerb.crowd(rig, pairCount: 1000) },
        { (rig) in try await GroupVerb.measure(rig, memberCount: 250) },
        { (rig) in try await GroupVerb.measure(rig, memberCount: min(1000, Limits.membersMax)) },
        BenchVerb.latency.measure, BenchVerb.offline.measure, BenchVerb.idle.measure, BenchVerb.startup.measure,
        BenchVerb.fsyncs.measure, BenchVerb.log.measure, BenchVerb.client.measure, BenchVerb.clientStore.measure,
        BenchVerb.mediaTransfer.measure,
    ]

    private func measure(_ rig: Rig) async throws -> Measurement {
        switch self {
        case .oneToOne: try await OneToOneVerb.measure(rig)
        case .crowd: try await OneToOneVerb.crowd(rig, pairCount: rig.arguments.number("pairs", default: 100))
        case .group: try await GroupVerb.measure(rig, memberCount: rig.arguments.number("members", default: 250))
        case .latency: try await LatencyVerb.measure(rig)
        case .offline: try await OfflineVerb.measure(rig)
        case .idle: try await IdleVerb.measure(rig)
        case .startup: try await StartupVerb.measure(rig)
        case .fsyncs: try await FsyncsVerb.measure(rig)
        case .log: try await LogVerb.measure(rig)
        case .client: try await ClientVerb.measure(rig)
        case .clientStore: try await ClientStoreVerb.measure(rig)
        case .mediaTransfer: try await TransferVerb.measure(rig)
        case .ceiling, .relay, .all:
            Measurement(verb: "ceiling", title: "ceiling: a raw log on the same disk", figures: rig.ceilingFigures)
        }
    }

    private static func show(_ measurement: Measurement, _ rig: Rig) {
        if rig.arguments.has("json") {
            print(measurement.json())
        } else if rig.arguments.has("markdown") {
            print(measurement.markdown())
        } else {
            print(measurement.text() + "\n")
        }
    }
}
