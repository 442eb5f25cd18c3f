import Chat
import Store
import Synchronization
import TestKit
import Wire

/// A chat over a store of its own with a clock that tests move, and the effects it had.
final class ChatHouse: Sendable {
    let chat: ChatEngine
    let store: Store
    let clock: Clock
    private let held: HeldStore
    private let collected: Collected

    final class Collected: Sendable {
        let effects = Guarded<[Effect]>([])
        let passed = Guarded<[Passing]>([])
    }

    init(bounds: AccountBounds = AccountBounds()) {
        let collected = Collected()
        let held = HeldStore()
        let store = held.store
        self.held = held
        let clock = Clock()
        self.collected = collected
        self.store = store
        self.clock = clock
        chat = ChatEngine(
            store: store, clock: { clock.now }, bounds: bounds,
            passOn: { (passing) in collected.passed.withLock { $0.append(passing) } },
            perform: { (effects) in collected.effects.withLock { $0 += effects } })
    }

    final class Clock: Sendable {
        private let milliseconds = Atomic<UInt64>(1_795_167_000_000)
        var now: Timestamp { Timestamp(milliseconds: milliseconds.load(ordering: .relaxed)) }
        func advance(seconds: UInt64) { milliseconds.add(seconds * 1000, ordering: .relaxed) }
    }

    var now: Timestamp { clock.now }

    /// The effects since the last call.
    func takeEffects() -> [Effect] {
        collected.effects.withLock { (effects) in
            defer { effects = [] }
            return effects
        }
    }

    /// What was passed on since the last call.
    func takePassed() -> [(envelope: Envelope, recipient: DeviceAddress)] {
        collected.passed.withLock { (passed) in
            defer { passed = [] }
            return passed.flatMap(\.envelopes)
        }
    }

    /// Registers a new person.
    func person(_ name: String, oneTimePreKeyCount: Int = 5) async throws -> Person {
        let person = Person(name, now: now, oneTimePreKeyCount: oneTimePreKeyCount)
        _ = try await register(person)
        return person
    }

    @discardableResult
    func register(
        _ person: Person, mode: RegistrationMode = .open, invite: PresentedToken? = nil
    ) async throws -> Registered {
        let verified = try VerifiedRegistration(person.registration(), now: now)
        let tokens = MintedTokens()
        return try await chat.commit { (turn) throws(Problem) in
            try turn.register(verified, mode: mode, invite: invite, tokens: tokens)
        }
    }
}

/// The problem that `body` ends with; `nil` when it ends well.
func problem<R>(_ body: () async throws -> R) async -> ProblemCode? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? Problem)?.code
    }
}
