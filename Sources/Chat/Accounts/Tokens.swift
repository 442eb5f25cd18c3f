import Crypto
import Threads
public import Wire

/// The access and refresh token of one login, made before the command that stores them.
public struct MintedTokens: Sendable {
    let access: String
    let refresh: String
    let family: SixteenBytes

    /// - Parameter family: the family a refreshed pair stays in; a new one at login.
    public init(family: SixteenBytes? = nil) {
        access = Base64URL.encode(RandomBytes.make(byteCount: 32))
        refresh = Base64URL.encode(RandomBytes.make(byteCount: 32))
        self.family = family ?? ClientID.random().bytes
    }
}

/// A bearer token as somebody presents it. The server keeps only the hash.
public struct PresentedToken: Sendable, Hashable {
    public let hash: [UInt8]

    /// `nil` unless it has the form of a token: 43 characters of base64url.
    public init?(text: some StringProtocol) {
        guard let secret = Base64URL.decode(text), secret.count == 32 else { return nil }
        hash = Self.hash(secret)
    }

    /// 256 random bits need no salt and no slow hash: there is nothing to guess.
    static func hash(_ secret: [UInt8]) -> [UInt8] { SHA256.hash(secret) }
}

/// Challenges that were given out and not yet answered, in memory: after a restart clients ask for another.
///
/// Bounded: above ``countMax`` the oldest go first. One is given for any address, so that asking tells nothing.
public final class Challenges: @unchecked Sendable {
    public static let countMax = 100_000

    private struct Pending {
        let address: DeviceAddress
        let expiresAt: Timestamp
    }

    private let lock = Lock()
    // Guarded by `lock`.
    private var pending: [[UInt8]: Pending] = [:]
    private var order: [[UInt8]] = []
    private var firstIndex = 0

    public init() {}

    /// A new challenge of 32 random bytes, good for ``Limits/challengeSeconds``.
    public func issue(to address: DeviceAddress, now: Timestamp) -> (challenge: [UInt8], expiresAt: Timestamp) {
        let challenge = RandomBytes.make(byteCount: 32)
        let expiresAt = now.adding(seconds: Limits.challengeSeconds)
        lock.withLock {
            dropOld(now: now)
            pending[challenge] = Pending(address: address, expiresAt: expiresAt)
            order.append(challenge)
        }
        return (challenge, expiresAt)
    }

    /// Takes a challenge out, so that it is answered once.
    /// - Returns: whether it was given to this address and still stands.
    public func spend(_ challenge: [UInt8], by address: DeviceAddress, now: Timestamp) -> Bool {
        lock.withLock {
            guard let found = pending.removeValue(forKey: challenge) else { return false }
            return found.address == address && now < found.expiresAt
        }
    }

    private func dropOld(now: Timestamp) {
        while firstIndex < order.count {
            let oldest = order[firstIndex]
            if let found = pending[oldest], found.expiresAt > now, pending.count < Self.countMax { break }
            pending[oldest] = nil
            firstIndex += 1
        }
        if firstIndex > 1024, firstIndex * 2 > order.count {
            order.removeFirst(firstIndex)
            firstIndex = 0
        }
    }
}
