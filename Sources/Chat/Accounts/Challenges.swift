public import Crypto
import Keys
import Threads
public import Wire

/// The challenges of one process, of which it remembers only those that were used.
///
/// Giving one out stores nothing: it carries its own end and a tag that only this process makes, so whoever asks for
/// millions costs no memory. Using one does, until its end, so that it is good for one login or one deletion. A wrong
/// answer uses none up: only who has the key of a device or an account can make us remember anything.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 8 | its end, in milliseconds of this process's own time |
/// | 8 | 8 | random |
/// | 16 | 16 | tag: the first half of HMAC-SHA-256 |
///
/// The tag is over `Sotto challenge v1`, zero, account (16), device (4), and the 16 bytes before it.
///
/// Time is the process's own, which nobody sets: a clock that is put back would make a used challenge good again.
/// It counts from a random moment, so that a challenge does not tell how long the server has been up.
public final class Challenges: @unchecked Sendable {
    /// Used ones that are remembered at once. They take 32 bytes each on average, 43 at most: about 22 MB. A minute of
    /// 8,700 logins a second.
    public static let spentCountMax = 524_288
    private static let tagByteCount = 16

    private let key: SecretBytes
    private let spentCountMax: Int
    private let uptimeMilliseconds: @Sendable () -> UInt64
    private let lock = Lock()
    // Guarded by `lock`.
    /// The tags of used ones, by the second of their end.
    private var spent: [UInt64: Set<SixteenBytes>] = [:]
    private var spentCount = 0

    /// A challenge that is ours, was given to who shows it, and is not over. Only the check makes one.
    public struct Standing: Sendable {
        fileprivate let tag: SixteenBytes
        fileprivate let endsAt: UInt64
    }

    /// - Parameters:
    ///   - key: another one at each start: what was used is forgotten then, so what could be used must be too.
    ///   - uptimeMilliseconds: time that never goes back.
    public convenience init(
        key: consuming SecretBytes, uptimeMilliseconds: @escaping @Sendable () -> UInt64 = Challenges.ownTime()
    ) {
        self.init(key: key, spentCountMax: Self.spentCountMax, uptimeMilliseconds: uptimeMilliseconds)
    }

    init(
        key: consuming SecretBytes, spentCountMax: Int, uptimeMilliseconds: @escaping @Sendable () -> UInt64
    ) {
        self.key = key
        self.spentCountMax = spentCountMax
        self.uptimeMilliseconds = uptimeMilliseconds
    }

    /// Milliseconds that count on while the machine runs or sleeps, from a random number.
    public static func ownTime() -> @Sendable () -> UInt64 {
        let (start, origin) = (ContinuousClock.now, UInt64.random(in: 0...UInt64.max >> 8))
        return {
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            return origin &+ UInt64(max(0, seconds)) &* 1000 &+ UInt64(max(0, attoseconds)) / 1_000_000_000_000_000
        }
    }

    /// A new challenge, good for ``Limits/challengeSeconds``. Any address is given one, so that asking tells nothing.
    public func issue(to address: DeviceAddress, now: Timestamp) -> (challenge: [UInt8], expiresAt: Timestamp) {
        var challenge: [UInt8] = []
        challenge.append(number: uptimeMilliseconds() &+ Limits.challengeSeconds * 1000)
        challenge += RandomBytes.make(byteCount: 8)
        challenge += tag(over: challenge, for: address)
        return (challenge, now.adding(seconds: Limits.challengeSeconds))
    }

    /// Whether a challenge was given to this address by this process, and is not over.
    public func standing(_ challenge: [UInt8], for address: DeviceAddress) -> Standing? {
        guard challenge.count == LoginChallenge.byteCount else { return nil }
        let (content, tag) = (Array(challenge.dropLast(Self.tagByteCount)), challenge.suffix(Self.tagByteCount))
        guard ConstantTime.equal(Array(tag), self.tag(over: content, for: address)),
            let name = SixteenBytes(tag)
        else { return nil }
        var reader = ByteReader(content)
        guard let endsAt: UInt64 = try? reader.number(), uptimeMilliseconds() < endsAt else { return nil }
        return Standing(tag: name, endsAt: endsAt)
    }

    /// Uses a challenge up, once its answer was found right.
    /// - Returns: whether it had not been used before.
    /// - Throws: `overloaded` when too many are remembered: one that was used is never forgotten before its end.
    public func spend(_ standing: Standing) throws(Problem) -> Bool {
        let now = uptimeMilliseconds()
        let isNew: Bool? = lock.withLock {
            forget(before: now)
            let second = standing.endsAt / 1000
            // Over since it was looked at, and so perhaps forgotten.
            guard now < standing.endsAt, spent[second]?.contains(standing.tag) != true else { return false }
            guard spentCount < spentCountMax else { return nil }
            spent[second, default: []].insert(standing.tag)
            spentCount += 1
            return true
        }
        guard let isNew else {
            throw Problem(
                .overloaded, "Too many logins within a minute.", retryAfterSeconds: Limits.challengeSeconds)
        }
        return isNew
    }

    /// Makes a challenge good again that was used up for nothing.
    public func giveBack(_ standing: Standing) {
        lock.withLock {
            if spent[standing.endsAt / 1000]?.remove(standing.tag) != nil { spentCount -= 1 }
        }
    }

    /// Forgets those that are over. There is an entry for each second of a challenge's life at most.
    private func forget(before now: UInt64) {
        for (second, tags) in spent where second < now / 1000 {
            spentCount -= tags.count
            spent[second] = nil
        }
    }

    private func tag(over content: [UInt8], for address: DeviceAddress) -> [UInt8] {
        var bytes = Array("Sotto challenge v1".utf8) + [0]
        bytes += address.account.bytes.array
        bytes.append(number: address.device.rawValue)
        return Array(HMAC.tag(.sha256, key: key, over: bytes + content).prefix(Self.tagByteCount))
    }
}
