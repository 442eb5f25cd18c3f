/// What can be measured.
enum Verb: String, CaseIterable {
    case oneToOne = "one-to-one"
    case latency
    case ceiling
    case all

    func run(_ rig: Rig) async throws {
        for verb in self == .all ? Self.allCases.filter({ $0 != .all }) : [self] {
            try Self.report(try await verb.measure(rig), rig)
        }
    }

    private func measure(_ rig: Rig) async throws -> Measurement {
        switch self {
        case .oneToOne: try await OneToOneVerb.measure(rig)
        case .latency: try await LatencyVerb.measure(rig)
        case .ceiling, .all:
            Measurement(verb: "ceiling", title: "ceiling: a raw log on the same disk", figures: rig.ceilingFigures)
        }
    }

    private static func report(_ measurement: Measurement, _ rig: Rig) throws(BenchError) {
        print(rig.arguments.has("json") ? measurement.json() : measurement.text() + "\n")
    }
}
