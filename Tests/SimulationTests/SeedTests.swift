import Foundation
import Testing

/// Whole runs of the server in virtual time. docs/simulation.md says what is in them, and how to read a failure.
@Suite("Simulation", .serialized, .timeLimit(.minutes(60)))
struct SeedTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// `SIMULATION_SEED` is one, `SIMULATION_SEEDS` says how many.
    private static var chosen: [UInt64] {
        if let seed = number("SIMULATION_SEED") { return [seed] }
        return Array(1...max(1, number("SIMULATION_SEEDS") ?? 1_000))
    }

    @Test("whatever dies, is lost, comes late or twice: nothing that was promised breaks")
    func seeds() async {
        let start = Date()
        let outcome = await Seeds.run(Self.chosen)
        for failure in outcome.failures { Issue.record("\(failure.report)") }
        let seconds = Int(Date().timeIntervalSince(start))
        print("Simulation: \(outcome.tally), in \(seconds) s; traces \(String(outcome.digest, radix: 16)).")
        let tally = outcome.tally
        guard tally.seeds >= 100 else { return }
        // A simulation in which nothing happens finds nothing.
        #expect(tally.kills > 0 && tally.cuts > 0 && tally.restarts > 0 && tally.jumps > 0 && tally.replays > 0)
        #expect(tally.sends > 10 * tally.seeds && tally.delivered > 10 * tally.seeds)
    }

    @Test("the same seed gives the same trace")
    func sameTrace() {
        for seed: UInt64 in [2, 15, 134, 778] {
            let (first, second) = (Simulation(seed: seed), Simulation(seed: seed))
            first.run()
            second.run()
            #expect(first.trace.lineCount > 10)
            #expect(first.trace.digest == second.trace.digest, "seed \(seed)")
            #expect("\(first.tally)" == "\(second.tally)", "seed \(seed)")
        }
        let (one, other) = (Simulation(seed: 1), Simulation(seed: 2))
        one.run()
        other.run()
        #expect(one.trace.digest != other.trace.digest)
    }

    @Test("a planted fault is found", arguments: PlantedFault.allCases)
    func planted(_ fault: PlantedFault) async throws {
        let outcome = await Seeds.run(Array(1...200), fault: fault, stopsAtFirst: true)
        let found = try #require(outcome.failures.first, "not found in \(outcome.tally.seeds) seeds")
        print("Planted \(fault.rawValue): found by seed \(found.seed), of \(outcome.tally.seeds): \(found.text)")
        #expect(found.text.contains(fault.sign), "\(found.text)")
    }
}

extension PlantedFault {
    /// What the finding must be about.
    fileprivate var sign: String {
        switch self {
        case .noDeduplication: "accepted before"
        case .earlyAnswer: "was told that"
        case .lostTrim: "delivered"
        }
    }
}
