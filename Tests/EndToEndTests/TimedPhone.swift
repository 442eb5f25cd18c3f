import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// The clock of a test: it stands, and moves when the test says so. Who sleeps wakes when it is moved.
final class MovedClock: Sendable {
    private struct State {
        var milliseconds = Timestamp.wallClock
        var nextNumber = 0
        var sleepers: [Int: (until: UInt64, wake: CheckedContinuation<Void, any Error>)] = [:]
    }

    private let state = Guarded(State())

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

/// A phone whose clock the test moves.
final class TimedPhone {
    private static let network = ClientNetwork()

    let clock: MovedClock
    private let house: House
    private let folder: TemporaryFolder
    private(set) var client: Client

    init(_ house: House, as name: String, clock: MovedClock) async throws {
        self.house = house
        self.clock = clock
        folder = try TemporaryFolder()
        client = try Self.open(house, folder, clock)
        try await client.register(handle: try #require(Handle(text: name)))
    }

    /// As if the program had ended and begun again.
    func restart(meanwhile: () throws -> Void = {}) async throws {
        await client.close()
        try meanwhile()
        client = try Self.open(house, folder, clock)
    }

    private static func open(_ house: House, _ folder: TemporaryFolder, _ clock: MovedClock) throws -> Client {
        let server = try #require(ServerAddress("http://127.0.0.1:\(house.server.port)"))
        let network = try network.network(to: server, trust: .systemRoots)
        let path = folder.path + "/account"
        var configuration = ClientConfiguration(folder: path, server: server)
        configuration.fileGraceSeconds = 0
        return Client(
            store: try LocalStore(folder: path, unlock: .keyFile), server: server, network: network,
            anonymousNetwork: network, configuration: configuration, surroundings: clock.surroundings)
    }

    @discardableResult
    func fetch() async throws -> [ClientEvent] {
        var events: [ClientEvent] = []
        for await event in await client.events(untilIdle: true) {
            events.append(event)
            if case .ended(let error) = event { throw error }
        }
        return events
    }
}
