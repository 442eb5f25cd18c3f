/// What the server asks of the prekeys it hands out: pure rules, no clock and no store.
public enum BrokerRules {
    /// Below so many one-time keys of a kind the device is told to upload more.
    public static let lowWaterMark = 20
    /// The most one-time keys of a kind in one upload.
    public static let batchCountMax = 100
    /// The most one-time keys of a kind kept for one device.
    public static let storedCountMax = 200
    /// From this age on a signed prekey or a last-resort key should be replaced.
    public static let warnAgeMilliseconds: UInt64 = 30 * dayMilliseconds
    /// Above this age it is refused.
    public static let staleAgeMilliseconds: UInt64 = 60 * dayMilliseconds
    /// How far ahead a device's clock may be.
    public static let clockSkewMilliseconds: UInt64 = dayMilliseconds

    private static let dayMilliseconds: UInt64 = 86_400_000

    /// How a long-lived prekey stands by its age.
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

    /// The age of a key made at `createdMilliseconds` when the clock says `nowMilliseconds` (both since 1970).
    public static func age(createdMilliseconds: UInt64, nowMilliseconds: UInt64) -> Age {
        if createdMilliseconds > nowMilliseconds {
            return createdMilliseconds - nowMilliseconds > clockSkewMilliseconds ? .fromTheFuture : .fresh
        }
        let age = nowMilliseconds - createdMilliseconds
        if age > staleAgeMilliseconds { return .stale }
        return age >= warnAgeMilliseconds ? .replaceSoon : .fresh
    }

    /// Whether a device with so many one-time keys left is to upload more.
    public static func isLow(oneTimeKeyCount: Int) -> Bool { oneTimeKeyCount < lowWaterMark }

    /// How many of `offered` new keys still fit beside `stored` ones.
    public static func acceptedCount(offered: Int, stored: Int) -> Int {
        max(0, min(offered, storedCountMax - max(0, stored)))
    }
}
