/// What a start has opened so far: a start that fails closes it again, the last first.
struct Opened: ~Copyable {
    private var closers: [@Sendable () async -> Void] = []

    init() {}

    /// Notes how to close what was just opened.
    mutating func add(_ close: @escaping @Sendable () async -> Void) { closers.append(close) }

    /// Closes everything, one after the other.
    consuming func close() async {
        for close in closers.reversed() { await close() }
    }
}
