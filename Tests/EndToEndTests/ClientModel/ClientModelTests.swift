import Foundation
import TestKit
import Testing

/// Five clients of three people on a real server, at the mercy of a seed. docs/simulation.md says what is in it.
@Suite("Model of the client library", .timeLimit(.minutes(240)))
struct ClientModelTests {
    /// `CLIENT_MODEL_SEED` is one, `CLIENT_MODEL_SEEDS` says how many, or which: `6-25`.
    private static var chosen: [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["CLIENT_MODEL_SEED"].flatMap({ UInt64($0) }) { return [seed] }
        let bounds = (environment["CLIENT_MODEL_SEEDS"] ?? "").split(separator: "-").compactMap { UInt64($0) }
        let first = bounds.count > 1 ? bounds[0] : 1
        return Array(first...max(first, bounds.last ?? 5))
    }

    @Test("whatever is sent, killed, deleted or runs out: all that is shown and watched is what the ledger says")
    func seeds() async throws {
        let start = Date()
        var failures = 0
        for seed in Self.chosen {
            let run = try await ModelRun(seed: seed, isLoud: Self.chosen.count == 1)
            do {
                try await run.run(epochs: 5)
            } catch {
                failures += 1
                let finding = (error as? ModelRun.Finding)?.text ?? "\(error)"
                let trace = run.trace.withLock { $0.suffix(60) }
                Issue.record("seed \(seed): \(finding)\n\(trace.joined(separator: "\n"))")
                for phone in run.phones { await phone.close() }
                if failures == 5 { break }
            }
        }
        let seconds = Date().timeIntervalSince(start)
        print("Client model: \(Self.chosen.count) seeds in \(Int(seconds)) s.")
    }
}
