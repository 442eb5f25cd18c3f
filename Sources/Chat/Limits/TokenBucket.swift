public import Wire

/// How often something may be done: `burst` at once, and `perSecond` again after that.
public struct Rate: Sendable, Hashable {
    public var burst: Double
    public var perSecond: Double

    public init(burst: Double, perSecond: Double) {
        self.burst = burst
        self.perSecond = perSecond
    }
}

/// A named token bucket. Decides without doing: the time comes in, the verdict goes out.
public struct TokenBucket: Sendable {
    private let rate: Rate
    private var tokens: Double
    private var updatedAt: Timestamp

    /// Starts full.
    public init(_ rate: Rate, now: Timestamp) {
        self.rate = rate
        tokens = rate.burst
        updatedAt = now
    }

    /// As it was left: `spent` of it were taken, and not there again.
    init(_ rate: Rate, spent: Double, at time: Timestamp) {
        self.rate = rate
        tokens = rate.burst - spent
        updatedAt = time
    }

    /// What is taken, and not there again yet.
    var spent: Double { rate.burst - tokens }

    /// Whether it may be done, and what is left or how long to wait.
    public enum Verdict: Equatable, Sendable {
        case pass(remaining: UInt64)
        case refuse(retryAfterSeconds: UInt64)
    }

    /// Takes as many tokens, if they are there; where that is more than it ever holds, all of them. A clock that jumps
    /// back gives nothing and takes nothing.
    public mutating func take(_ count: Int = 1, now: Timestamp) -> Verdict {
        refill(now: now)
        let wanted = min(Double(count), rate.burst)
        guard tokens >= wanted else {
            let wait = rate.perSecond > 0 ? (wanted - tokens) / rate.perSecond : 86_400
            return .refuse(retryAfterSeconds: UInt64(min(86_400, max(1, wait.rounded(.up)))))
        }
        tokens -= wanted
        return .pass(remaining: UInt64(tokens))
    }

    /// Takes `count` tokens, also those that are not there yet.
    /// - Returns: milliseconds until they are; zero at a rate of zero, where they never would be.
    public mutating func spend(_ count: Int, now: Timestamp) -> UInt64 {
        refill(now: now)
        tokens -= Double(count)
        guard tokens < 0, rate.perSecond > 0 else { return 0 }
        return UInt64(min(86_400_000, (-tokens / rate.perSecond * 1000).rounded(.up)))
    }

    /// How many tokens there are; below zero where more were spent.
    func tokens(now: Timestamp) -> Double {
        var copy = self
        copy.refill(now: now)
        return copy.tokens
    }

    private mutating func refill(now: Timestamp) {
        if now > updatedAt {
            let seconds = Double(now.milliseconds - updatedAt.milliseconds) / 1000
            tokens = min(rate.burst, tokens + seconds * rate.perSecond)
        }
        updatedAt = now
    }
}
