import TestKit
import Threads

/// Runs many seeds, on two threads.
enum Seeds {
    /// What came of them.
    struct Outcome: Sendable {
        var tally = Tally()
        /// Of all traces, whichever came first.
        var digest: UInt64 = 0
        var failures: [Failure] = []
    }

    /// A seed in which something was found.
    struct Failure: Sendable {
        var seed: UInt64
        var text: String
        var report: String
    }

    private static let threadCount = 2
    private static let failureCountMax = 3

    /// - Parameter stopsAtFirst: ends both threads with the first failure.
    static func run(_ seeds: [UInt64], fault: PlantedFault? = nil, stopsAtFirst: Bool = false) async -> Outcome {
        let shared = Guarded(Outcome())
        let failureMax = stopsAtFirst ? 1 : failureCountMax
        await withTaskGroup(of: Void.self) { (group) in
            for slice in 0..<threadCount {
                group.addTask {
                    // A thread of its own: it computes for a minute, and others wait for the pool's.
                    await withCheckedContinuation { (continuation) in
                        WorkerThread.start("simulation-\(slice)") {
                            for index in stride(from: slice, to: seeds.count, by: threadCount) {
                                guard shared.withLock({ $0.failures.count < failureMax }) else { break }
                                one(seeds[index], fault, keepsTrace: seeds.count == 1, into: shared)
                            }
                            continuation.resume()
                        }
                    }
                }
            }
        }
        return shared.withLock { (outcome) in
            outcome.failures.sort { $0.seed < $1.seed }
            return outcome
        }
    }

    private static func one(
        _ seed: UInt64, _ fault: PlantedFault?, keepsTrace: Bool, into shared: Guarded<Outcome>
    ) {
        let simulation = Simulation(seed: seed, fault: fault, keepsTrace: keepsTrace)
        simulation.run()
        let failure = simulation.violation.map { Failure(seed: seed, text: "\($0)", report: simulation.report) }
        shared.withLock { (outcome) in
            outcome.tally = outcome.tally + simulation.tally
            outcome.digest ^= simulation.trace.digest &* (2 &* seed &+ 1)
            if let failure { outcome.failures.append(failure) }
        }
    }
}

extension Simulation {
    /// What to read when something was found.
    var report: String {
        """
        seed \(seed): \(violation.map { "\($0)" } ?? "nothing was found")
        \(tally)
        The last of \(trace.lineCount) lines:
        \(trace.tail.joined(separator: "\n"))
        Once more: SIMULATION_SEED=\(seed) swift test --filter SimulationTests
        """
    }
}
