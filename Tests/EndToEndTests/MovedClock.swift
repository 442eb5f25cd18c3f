import TestKit
import Wire

@testable import Client

/// The clock of a test: it stands, and moves when the test says so. Who sleeps wakes when it is moved.
final class MovedClock: Sendable {
    private struct State {
        var milliseconds: UInt64
        var nextNumber = 0
        var sleepers: [Int: (until: UInt64, wake: CheckedContinuation<Void, any Error>)] = [:]
    }

    private let state: Guarded<State>

    /// - Parameter seconds: so far behind the server's clock it begins.
    init(behind seconds: UInt64 = 0) {
        state = Guarded(State(milliseconds: Timestamp.wallClock - seconds * 1000))
    }

    var now: Timestamp {
        Timestamp(milliseconds: state.withLock { $0.milliseconds })
    }

    /// Wakes whoever wanted to sleep less.
    func advance(seconds: UInt64) {
        let due = state.withLock { (state) in
            state.milliseconds += seconds * 1000
            let due = state.sleepers.filter { $0.value.until <= state.milliseconds }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.wake)
        }
        for wake in due { wake.resume() }
    }

    func sleep(milliseconds: UInt64) async throws {
        let until = now.milliseconds + milliseconds
        let number = state.withLock { (state) in
            state.nextNumber += 1
            return state.nextNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (wake) in
                let isOver = state.withLock { (state) in
                    if Task.isCancelled { return true }
                    state.sleepers[number] = (until, wake)
                    return false
                }
                if isOver { wake.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: number) }?.wake.resume(throwing: CancellationError())
        }
    }

    var surroundings: Surroundings {
        Surroundings(
            now: { [self] in now }, sleep: { [self] in try await sleep(milliseconds: $0) }, chance: { 0 })
    }
}
