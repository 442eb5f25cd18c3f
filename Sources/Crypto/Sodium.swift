import CSodium

/// The one place that starts libsodium. Every entry point of this room that calls it asks first.
enum Sodium {
    private static let started: Bool = sodium_init() >= 0

    /// Starts libsodium once. Costs one load after that.
    ///
    /// Traps when the library cannot start: without a random source no work of this room is safe.
    @inline(__always)
    static func start() {
        precondition(started, "libsodium cannot start: no usable random source")
    }
}
