/// Notices a connection that has died without a word: beats go out, and after too many without any answer it is over.
/// Where only what waits is wanted, it is over as well after too many that brought nothing but answers.
struct Heartbeat {
    enum Action: Equatable {
        case ping(stamp: UInt64)
        case giveUp
    }

    let intervalMilliseconds: UInt64
    private let silentBeatsMax: UInt64
    private let idleBeatsMax: UInt64?
    private var silentBeats: UInt64 = 0
    private var idleBeats: UInt64 = 0
    private var stamp: UInt64 = 0

    /// - Parameters:
    ///   - intervalMilliseconds: as `hello` announces it, within bounds.
    ///   - offlineAfterMilliseconds: as `hello` announces it, within bounds.
    ///   - untilIdle: whether only what waits is wanted.
    init(intervalMilliseconds: UInt64, offlineAfterMilliseconds: UInt64, untilIdle: Bool = false) {
        let silence = min(
            offlineAfterMilliseconds,
            untilIdle ? ClientLimits.silenceUntilIdleMillisecondsMax : ClientLimits.silenceMillisecondsMax)
        let interval = min(max(100, intervalMilliseconds), max(100, silence / 2))
        self.intervalMilliseconds = interval
        silentBeatsMax = max(2, silence / interval)
        idleBeatsMax = untilIdle ? max(2, ClientLimits.emptyUntilIdleMillisecondsMax / interval) : nil
    }

    /// Anything came.
    mutating func heard() { silentBeats = 0 }

    /// Something of the queue came.
    mutating func broughtSomething() { idleBeats = 0 }

    /// The interval has passed.
    mutating func beat() -> Action {
        guard silentBeats < silentBeatsMax, idleBeats < idleBeatsMax ?? .max else { return .giveUp }
        silentBeats += 1
        idleBeats += 1
        stamp += 1
        return .ping(stamp: stamp)
    }
}
