public import Crypto
public import Wire

// What lets a recipient prove to the server, and to nobody else, what it was sent: docs/protocol/franking.md.

/// Opens one commitment. Sealed inside the message; its recipient may show it.
public typealias FrankingKey = FixedBytes<FrankingKeyRole>

/// The role of a ``FrankingKey``.
public enum FrankingKeyRole: ByteRole {
    public static let byteCount = 32
}

extension FrankingKey {
    /// A new key from the system's random source.
    public init() { self = .random() }

    /// What `sender` commits to when it says `content`: 32 bytes that say nothing without this key.
    ///
    /// | size | HMAC-SHA256, under this key, over |
    /// |---|---|
    /// | 18 | `Sotto franking v1`, zero |
    /// | 16 | sender's account |
    /// | 4 | its device number |
    /// | rest | content |
    public func commitment(to content: [UInt8], by sender: DeviceAddress) -> [UInt8] {
        HMAC.tag(
            .sha256, key: SecretBytes(copying: bytes),
            over: Array("Sotto franking v1".utf8) + [0] + sender.frankingBytes + content)
    }

    /// Whether `commitment` is to exactly this.
    public func opens(_ commitment: [UInt8], to content: [UInt8], by sender: DeviceAddress) -> Bool {
        ConstantTime.equal(commitment, self.commitment(to: content, by: sender))
    }
}

/// What a server stamps when it accepts a commitment.
public struct FrankingStamp: Hashable, Sendable {
    /// 32 bytes.
    public var commitment: [UInt8]
    /// None where the sender is sealed.
    public var sender: DeviceAddress?
    public var recipient: AccountID
    public var time: Timestamp
    public var id: MessageID

    public init(commitment: [UInt8], sender: DeviceAddress?, recipient: AccountID, time: Timestamp, id: MessageID) {
        self.commitment = commitment
        self.sender = sender
        self.recipient = recipient
        self.time = time
        self.id = id
    }

    /// The server's tag, 32 bytes.
    ///
    /// | size | HMAC-SHA256, under the server's key, over |
    /// |---|---|
    /// | 22 | `Sotto franking tag v1`, zero |
    /// | 32 | commitment |
    /// | 20 | sender's account and device number, or zeros |
    /// | 16 | recipient's account |
    /// | 8 | time, milliseconds since 1970 |
    /// | 8 | message id |
    public func tag(under key: borrowing SecretBytes) -> [UInt8] {
        var bytes = Array("Sotto franking tag v1".utf8) + [0]
        bytes.reserveCapacity(106)
        bytes += commitment
        bytes += sender?.frankingBytes ?? [UInt8](repeating: 0, count: 20)
        bytes += recipient.bytes.array
        bytes.append(number: time.milliseconds)
        bytes.append(number: id.rawValue)
        return HMAC.tag(.sha256, key: key, over: bytes)
    }
}

/// What lets a server know the device behind a commitment that it accepted without knowing the sender: 32 secret bytes,
/// known to the server and one device.
public typealias AttributionKey = FixedBytes<AttributionKeyRole>

/// The role of an ``AttributionKey``, and of what it makes.
public enum AttributionKeyRole: ByteRole {
    public static let byteCount = 32
}

extension AttributionKey {
    /// The key that goes with a certificate: the server stores none, it works them out.
    ///
    /// | size | HMAC-SHA256, under the server's key, over |
    /// |---|---|
    /// | 21 | `Sotto attribution v1`, zero |
    /// | 16 | account |
    /// | 4 | device number |
    /// | 8 | when the certificate expires, milliseconds since 1970 |
    public init(of claim: SenderClaim, under key: borrowing SecretBytes) {
        var message = Array("Sotto attribution v1".utf8) + [0] + claim.address.frankingBytes
        message.append(number: claim.expiresAt.milliseconds)
        self.init(checked: HMAC.tag(.sha256, key: key, over: message))
    }

    /// What a sender seals beside a commitment, 32 bytes.
    public func attribution(of commitment: [UInt8]) -> [UInt8] {
        HMAC.tag(.sha256, key: SecretBytes(copying: bytes), over: commitment)
    }
}

extension DeviceAddress {
    /// Account (16) and device number (4).
    fileprivate var frankingBytes: [UInt8] {
        var bytes = account.bytes.array
        bytes.append(number: device.rawValue)
        return bytes
    }
}

/// What a server needs for franking: two keys, made at its first start and kept in its store.
///
/// A class so that all share the one copy; it never changes.
public final class FrankingSecrets: Sendable {
    /// Bytes in the store: the key of tags, then that of attributions.
    public static let byteCount = 64

    private let tagKey: SecretBytes
    private let attributionKey: SecretBytes

    /// - Throws: ``LengthError`` unless there are 64 bytes.
    public init(_ secret: borrowing SecretBytes) throws(LengthError) {
        try LengthError.check(secret.byteCount, is: Self.byteCount)
        tagKey = secret.part(0..<32)
        attributionKey = secret.part(32..<64)
    }

    /// The tag of a stamp, 32 bytes.
    public func tag(_ stamp: FrankingStamp) -> [UInt8] { stamp.tag(under: tagKey) }

    /// Whether the server made `tag` for exactly this stamp.
    public func made(_ tag: [UInt8], for stamp: FrankingStamp) -> Bool { ConstantTime.equal(tag, self.tag(stamp)) }

    /// The key that goes with a certificate.
    public func attributionKey(of claim: SenderClaim) -> AttributionKey {
        AttributionKey(of: claim, under: attributionKey)
    }

    /// Whether the certified device itself said that it stands behind `commitment`.
    public func attributes(_ commitment: [UInt8], to claim: SenderClaim, by attribution: [UInt8]) -> Bool {
        ConstantTime.equal(attribution, attributionKey(of: claim).attribution(of: commitment))
    }
}
