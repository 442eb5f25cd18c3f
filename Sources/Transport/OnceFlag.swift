import Synchronization

/// A flag that is set once and never cleared, from any thread.
final class OnceFlag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    /// True for the one caller that sets it.
    func set() -> Bool { !value.exchange(true, ordering: .acquiringAndReleasing) }
}
