import Transport
import Wire

/// How often something is tried again that got no further.
struct Patience {
    /// Tries in a row that bring an upload or a download no further.
    private static let triesMax = 8

    private var tries = 0
    private var backoff = Backoff()

    /// Milliseconds to wait; `nil` when it is over.
    mutating func next(chance: Double) -> UInt64? {
        tries += 1
        return tries < Self.triesMax ? backoff.next(chance: chance) : nil
    }

    mutating func wasRewarded() {
        tries = 0
        backoff.succeeded()
    }
}

extension Room {
    /// Does what may be done twice until it is done, or there is no more hope.
    /// - Parameter outlastsSilence: whether a server that has not answered in time is asked again. An upload or a
    ///   download is worth that; whoever waits for a plain answer has waited for long enough.
    func patiently<R: Sendable>(
        outlastsSilence: Bool = true, _ body: () async throws(ClientError) -> R
    ) async throws(ClientError) -> R {
        var patience = Patience()
        while true {
            do throws(ClientError) {
                return try await body()
            } catch {
                guard error.isPassing || error.isOutOfStep, outlastsSilence || error != .unreachable(.timedOut) else {
                    throw error
                }
                try await wait(&patience, after: error)
            }
        }
    }

    /// - Throws: `error` when there is no more patience.
    func wait(_ patience: inout Patience, after error: ClientError) async throws(ClientError) {
        guard !ground.isClosed, let milliseconds = patience.next(chance: surroundings.chance()) else { throw error }
        guard (try? await surroundings.sleep(milliseconds)) != nil else { throw error }
    }
}

extension ClientError {
    /// Whether asking how much is there helps.
    var isOutOfStep: Bool {
        guard case .refused(let problem) = self else { return false }
        return [.uploadOffsetMismatch, .uploadLocked, .requestTimeout, .storageFull].contains(problem.code)
    }
}
