import Store
import Wire

/// JPEGs of open media, which are made when somebody first asks for them: each once however many ask, few at a time,
/// and never again of media that were refused.
actor LateJPEGs {
    /// Which one.
    struct Key: Hashable {
        let media: MediaID
        let side: UInt64
    }

    /// What came of making one.
    enum Outcome {
        case made(ThumbnailRow)
        /// The bytes are at fault; a word that says how.
        case refused(String)
        /// Now it cannot be done, and later it may.
        case failed(Problem)
    }

    /// That are made at the same time; the next one is refused.
    static let underWayMax = 8
    /// Refusals that are remembered; beyond, the oldest is forgotten.
    static let refusalsMax = 4_096

    private var underWay: [Key: Task<Outcome, Never>] = [:]
    private var refusals: [MediaID: String] = [:]
    private var refused: [MediaID] = []

    /// Waits for the one that is being made, or makes it.
    /// - Throws: `media-not-ready` for what was refused; `overloaded`; and what `make` fails with.
    func picture(
        _ key: Key, by make: @escaping @Sendable () async -> Outcome
    ) async throws(Problem) -> ThumbnailRow {
        if let reason = refusals[key.media] { throw Self.refusal(reason) }
        switch await (try task(for: key, by: make)).value {
        case .made(let row): return row
        case .refused(let reason): throw Self.refusal(reason)
        case .failed(let problem): throw problem
        }
    }

    private func task(
        for key: Key, by make: @escaping @Sendable () async -> Outcome
    ) throws(Problem) -> Task<Outcome, Never> {
        if let running = underWay[key] { return running }
        guard underWay.count < Self.underWayMax else {
            throw Problem(.overloaded, "Too many pictures are being made.", retryAfterSeconds: 1)
        }
        // Whoever asked may go: others wait for the same, and the worker has a deadline.
        let task = Task {
            let outcome = await make()
            ended(key, outcome)
            return outcome
        }
        underWay[key] = task
        return task
    }

    private func ended(_ key: Key, _ outcome: Outcome) {
        underWay[key] = nil
        guard case .refused(let reason) = outcome, refusals.updateValue(reason, forKey: key.media) == nil
        else { return }
        refused.append(key.media)
        if refused.count > Self.refusalsMax { refusals[refused.removeFirst()] = nil }
    }

    private static func refusal(_ reason: String) -> Problem {
        Problem(.mediaNotReady, "No JPEG can be made of these media: \(reason).")
    }
}
