/// The loops of one process.
public final class EventLoopGroup: Sendable {
    /// At least one.
    public let loops: [EventLoop]
    private let isDown = OnceFlag()

    /// Starts `count` threads (at least one).
    public init(count: Int) {
        loops = (0..<max(1, count)).map { EventLoop(name: "loop-\($0)") }
    }

    /// Stops every loop and waits for its thread. What is still open is cut; shut listeners down first.
    ///
    /// Never call it from a loop. A second call does nothing.
    public func shutdown() {
        guard isDown.set() else { return }
        for loop in loops { loop.stopAndJoin() }
    }

    deinit {
        precondition(isDown.isSet, "an EventLoopGroup must be shut down before it goes")
    }
}
