import Threads
public import Wire

/// How many bytes a second somebody may move, by keys. Whoever is too fast is told how long to wait; the bytes count
/// all the same, so that nobody gains by not waiting. Bounded as ``RateLimiter`` is.
public final class ByteBudget<Key: Hashable & Sendable>: @unchecked Sendable {
    private let rate: Rate
    private let keyCountMax: Int
    private let lock = Lock()
    // Guarded by `lock`: the bytes that are left, which may be below zero, and when that was.
    private var accounts: [Key: (left: Double, at: Timestamp)] = [:]

    public init(rate: Rate, keyCountMax: Int = 100_000) {
        self.rate = rate
        self.keyCountMax = keyCountMax
    }

    /// Counts bytes.
    /// - Returns: milliseconds to wait before the next ones, at most ten seconds.
    public func spend(_ byteCount: Int, by key: Key, now: Timestamp) -> UInt64 {
        lock.withLock {
            if accounts.count >= keyCountMax { accounts = accounts.filter { refilled($0.value, now) < rate.burst } }
            let before = accounts[key] ?? (rate.burst, now)
            let left = refilled(before, now) - Double(byteCount)
            accounts[key] = (left, max(now, before.at))
            guard left < 0, rate.perSecond > 0 else { return 0 }
            return UInt64(min(10_000, (-left / rate.perSecond * 1000).rounded(.up)))
        }
    }

    private func refilled(_ account: (left: Double, at: Timestamp), _ now: Timestamp) -> Double {
        guard now > account.at else { return account.left }
        let seconds = Double(now.milliseconds - account.at.milliseconds) / 1000
        return min(rate.burst, account.left + seconds * rate.perSecond)
    }
}
