import Glibc

/// `relay`: loads of pairs on Sotto and, in the same rounds, on the bare relay that only commits and forwards, in both
/// forms of its storage. What stands between the two is the price of everything that a server does besides.
enum RelayVerb {
    /// What is measured: the load of the other figures, larger messages, crowds, and TLS.
    private static let shapes: [(name: String, shape: PairShape)] = [
        ("pipelined", PairShape()),
        ("pipelined-1024", PairShape(bodyByteCount: 1024)),
        ("crowd-100", PairShape(pairCount: 100, pace: .window(1))),
        ("crowd-100-1024", PairShape(pairCount: 100, pace: .window(1), bodyByteCount: 1024)),
        ("crowd-1000", PairShape(pairCount: 1000, pace: .window(1))),
        ("pipelined-tls", PairShape(isSecure: true)),
        ("crowd-100-tls", PairShape(pairCount: 100, pace: .window(1), isSecure: true)),
    ]

    /// One measurement for each load; `--loads A,B` chooses.
    static func measurements(_ rig: Rig) throws(BenchError) -> [@Sendable (Rig) async throws -> Measurement] {
        let path = try Rig.program(rig.arguments["relay"], orNeighbour: "bench-relay")
        guard access(path, X_OK) == 0 else { throw .usage("there is no relay \(path); make bench-relay builds it") }
        guard rig.arguments.number("rounds", default: 3) > 0 else { throw .usage("--rounds takes 1 and more") }
        var chosen = shapes
        if let names = rig.arguments["loads"]?.split(separator: ",").map(String.init) {
            for name in names where !shapes.contains(where: { $0.name == name }) {
                throw .usage("there is no load “\(name)”; known are \(shapes.map(\.name).joined(separator: ", "))")
            }
            chosen = shapes.filter { names.contains($0.name) }
        }
        return chosen.map { (name, shape) in { (rig) in try await measure(rig, name, shape, relay: path) } }
    }

    private static func measure(
        _ rig: Rig, _ name: String, _ shape: PairShape, relay path: String
    ) async throws -> Measurement {
        let programs = [rig.program] + ServerProgram.RelayStore.allCases.map { ServerProgram.relay(path, $0) }
        var runs: [[PairRun]] = Array(repeating: [], count: programs.count)
        for round in 0..<rig.arguments.number("rounds", default: 3) {
            // Each is first in its turn.
            for place in programs.indices {
                let index = (place + round) % programs.count
                runs[index].append(
                    try await PairRun(rig, shape, of: programs[index], seconds: rig.seconds(4, quick: 1.5)))
            }
        }
        return Measurement(
            verb: "relay-\(name)", title: "\(name): \(shape.title), median of \(runs[0].count)",
            figures: kinds.flatMap { figures($0, programs, runs) } + [otherLoad(runs)])
    }

    private struct Kind {
        let key: String
        let label: String
        let unit: String
        let value: (PairRun) -> Double
    }

    private static var kinds: [Kind] {
        [
            Kind(key: "messagesPerSecond", label: "messages", unit: "/s") { Double($0.messages) / $0.seconds },
            Kind(key: "serverCPU", label: "server CPU", unit: "µs") {
                $0.serverCPU / 1000 / Double(max(1, $0.messages))
            },
            Kind(key: "acceptP50", label: "accepted, p50", unit: "µs") { $0.accepting.microseconds(at: 0.5) },
            Kind(key: "acceptP99", label: "accepted, p99", unit: "µs") { $0.accepting.microseconds(at: 0.99) },
            Kind(key: "deliverP50", label: "delivered, p50", unit: "µs") { $0.delivering.microseconds(at: 0.5) },
            Kind(key: "deliverP99", label: "delivered, p99", unit: "µs") { $0.delivering.microseconds(at: 0.99) },
            Kind(key: "messagesPerCommit", label: "messages a commit", unit: "") { $0.messagesPerCommit },
            Kind(key: "generatorCPU", label: "generator CPU", unit: "µs") {
                $0.generatorCPU / 1000 / Double(max(1, $0.messages))
            },
        ]
    }

    /// One kind for each program; with a relay's stands what Sotto's is beside it, in the middle of the rounds.
    private static func figures(_ kind: Kind, _ programs: [ServerProgram], _ runs: [[PairRun]]) -> [Figure] {
        let values = runs.map { $0.map(kind.value) }
        let keys = [kind.key] + ServerProgram.RelayStore.allCases.map { "\(kind.key)-\($0.rawValue)" }
        return programs.indices.map { (index) in
            let ratios = zip(values[0], values[index]).map { $0 / $1 }
            return Figure(
                keys[index], "\(index == 0 ? kind.label : "–"), \(programs[index].name)",
                Spread(values[index])?.median ?? 0, kind.unit, ratio: index == 0 ? nil : Spread(ratios)?.median,
                to: "× this is Sotto's")
        }
    }

    private static func otherLoad(_ runs: [[PairRun]]) -> Figure {
        let most = runs.joined().map(\.otherLoad).max() ?? 0
        return Figure("otherLoad", "other processes, of all cores, at most", most, "%")
    }
}
