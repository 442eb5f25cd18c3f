public import Wire

/// What the server asks of the prekeys it hands out: pure rules, no clock and no store.
public enum BrokerRules {
    /// From this age on a signed prekey should be replaced.
    public static let warnAgeSeconds: UInt64 = 30 * 86_400
    /// Above this age it is refused.
    public static let staleAgeSeconds: UInt64 = 60 * 86_400
    /// How far ahead a device's clock may be.
    public static let clockSkewSeconds: UInt64 = 86_400

    /// How a signed prekey stands by its age.
    public enum Age: Hashable, Sendable {
        /// Under 30 days.
        case fresh
        /// From 30 to 60 days: use it, and tell its device.
        case replaceSoon
        /// Above 60 days: refuse it.
        case stale
        /// More than a day ahead of the clock: refuse it.
        case fromTheFuture
    }

    /// The age of a key made at `createdAt` when the clock says `now`.
    public static func age(createdAt: Timestamp, now: Timestamp) -> Age {
        if createdAt > now {
            let ahead = createdAt.milliseconds - now.milliseconds
            return ahead > clockSkewSeconds * 1_000 ? .fromTheFuture : .fresh
        }
        let age = now.milliseconds - createdAt.milliseconds
        if age > staleAgeSeconds * 1_000 { return .stale }
        return age >= warnAgeSeconds * 1_000 ? .replaceSoon : .fresh
    }

    /// Whether a device with so many one-time keys of a kind left is to upload more.
    public static func isLow(oneTimeKeyCount: Int) -> Bool { oneTimeKeyCount < Limits.oneTimePreKeysLow }

    /// How many of `offered` new one-time keys of a kind still fit beside `stored` ones.
    public static func acceptedCount(offered: Int, stored: Int) -> Int {
        max(0, min(offered, Limits.oneTimePreKeysStoredMax - max(0, stored)))
    }
}
