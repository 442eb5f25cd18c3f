import Glibc
import Synchronization

/// Ctrl-C and a polite kill: the measurement ends, and its server and folder go with it.
enum Interruption {
    private static let isAsked = Atomic<Bool>(false)

    static func watch() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // Only what a handler may do: one store.
            signal(number) { (_) in Interruption.isAsked.store(true, ordering: .relaxed) }
        }
    }

    /// - Throws: ``BenchError/interrupted`` once somebody asked.
    static func check() throws(BenchError) {
        if isAsked.load(ordering: .relaxed) { throw .interrupted }
    }
}
