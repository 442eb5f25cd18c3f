/// Notices a connection that has died without a word: beats go out, and after too many without any answer it is over.
struct Heartbeat {
    enum Action: Equatable {
        case ping(stamp: UInt64)
        case giveUp
    }

    let intervalMilliseconds: UInt64
    private let silentBeatsMax: UInt64
    private var silentBeats: UInt64 = 0
    private var stamp: UInt64 = 0

    /// - Parameters: as `hello` announces them.
    init(intervalMilliseconds: UInt64, offlineAfterMilliseconds: UInt64) {
        self.intervalMilliseconds = max(100, intervalMilliseconds)
        silentBeatsMax = max(2, offlineAfterMilliseconds / max(100, intervalMilliseconds))
    }

    /// Anything came.
    mutating func heard() { silentBeats = 0 }

    /// The interval has passed.
    mutating func beat() -> Action {
        guard silentBeats < silentBeatsMax else { return .giveUp }
        silentBeats += 1
        stamp += 1
        return .ping(stamp: stamp)
    }
}
