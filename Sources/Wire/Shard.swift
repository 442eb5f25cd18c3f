/// One store among those that may share a server's accounts and conversations some day. Every id that is drawn for it
/// carries it, so that who has the id knows where to ask.
///
/// Bounds: 0…4,095 (12 bits).
public struct Shard: Hashable, Sendable, CustomStringConvertible {
    public static let bitCount = 12
    public static let range: ClosedRange<UInt16> = 0...4_095

    public let rawValue: UInt16

    /// `nil` outside ``range``.
    public init?(_ rawValue: UInt16) {
        guard Self.range.contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// The last 12 of these bits.
    fileprivate init(lowBitsOf word: UInt64) {
        rawValue = UInt16(truncatingIfNeeded: word) & Self.range.upperBound
    }

    /// Any of them, from the system's random source.
    public static func random() -> Shard {
        var generator = SystemRandomNumberGenerator()
        return Shard(lowBitsOf: generator.next())
    }

    public var description: String { String(rawValue) }
}

/// An identifier that begins with the shard it was drawn for. Bits are counted from the first byte's highest.
///
/// | bits | what |
/// |---|---|
/// | 0…11 | the shard: the first byte and half of the second, or the first two of the 22 characters |
/// | 12…127 | random |
public protocol ShardedIdentifier: RandomIdentifier {}

extension ShardedIdentifier {
    /// Bits 0 to 11.
    public var shard: Shard { Shard(lowBitsOf: bytes.high >> UInt64(64 - Shard.bitCount)) }

    /// A new identifier that begins with `shard`; the rest is from the system's random source.
    public static func random(in shard: Shard) -> Self {
        var generator = SystemRandomNumberGenerator()
        let rest: UInt64 = generator.next() >> UInt64(Shard.bitCount)
        let high = UInt64(shard.rawValue) << UInt64(64 - Shard.bitCount) | rest
        return Self(bytes: SixteenBytes(high: high, low: generator.next()))
    }
}

extension AccountID: ShardedIdentifier {}
extension ConversationID: ShardedIdentifier {}
extension MediaID: ShardedIdentifier {}

extension MessageID {
    /// The shard whose store gave it: its last 12 bits.
    public var shard: Shard { Shard(lowBitsOf: rawValue) }
}
