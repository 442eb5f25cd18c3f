public import Crypto
import Keys
public import Wire

/// Tickets: the part of a shared address that says what it stands for, in a way that only the server reads.
///
/// An address goes to people who need not know who made it, so the ``MediaGrant`` is sealed: two tickets of one maker
/// have nothing in common. A ticket is base64url of 76 bytes:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 24 | nonce, random |
/// | 24 | 36 | the grant, sealed by XChaCha20-Poly1305 |
/// | 60 | 16 | its tag, over `Sotto media link v1`, zero, the 16 bytes of the media's id as well |
///
/// The grant, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 8 | the moment it ends, in milliseconds |
/// | 8 | 16 | the maker's account |
/// | 24 | 4 | the maker's device number |
/// | 28 | 8 | when the maker joined the conversation of the media, in milliseconds; 0 for media of none |
public final class MediaLinks: Sendable {
    private let clock: @Sendable () -> Timestamp
    private let key: XChaCha20Poly1305.Key

    /// - Parameter key: lies apart from the database and its copies.
    public init(key: consuming XChaCha20Poly1305.Key, clock: @escaping @Sendable () -> Timestamp) {
        self.clock = clock
        self.key = key
    }

    /// A ticket for the media, new each time.
    public func ticket(for media: MediaID, _ grant: MediaGrant) -> String {
        var bytes: [UInt8] = []
        bytes.append(number: grant.expiresAt.milliseconds)
        bytes += grant.maker.account.bytes.array
        bytes.append(number: grant.maker.device.rawValue)
        bytes.append(number: grant.joinedAt?.milliseconds ?? 0)
        return Base64URL.encode(XChaCha20Poly1305.seal(bytes, key: key, binding: Self.binding(media)))
    }

    /// What a ticket stands for; `nil` unless we made it for these media, and its time is not over.
    public func grant(_ ticket: String, for media: MediaID) -> MediaGrant? {
        guard ticket.utf8.count == Limits.mediaTicketLength, let sealed = Base64URL.decode(ticket),
            let bytes = try? XChaCha20Poly1305.open(sealed, key: key, binding: Self.binding(media)),
            let grant = try? Self.read(bytes)
        else { return nil }
        let now = clock()
        // One that ends later than any that is made was made under a clock that was wrong.
        guard now < grant.expiresAt, grant.expiresAt <= now.adding(seconds: Limits.mediaLinkSecondsMax) else {
            return nil
        }
        return grant
    }

    private static func read(_ bytes: [UInt8]) throws(KeyFormatError) -> MediaGrant {
        var reader = ByteReader(bytes)
        let end = Timestamp(milliseconds: try reader.number())
        guard let account = AccountID(try reader.take(16)) else { throw .outOfBounds }
        let maker = DeviceAddress(account: account, device: DeviceID(try reader.number()))
        let joined: UInt64 = try reader.number()
        try reader.finish()
        return MediaGrant(
            maker: maker, joinedAt: joined == 0 ? nil : Timestamp(milliseconds: joined), expiresAt: end)
    }

    private static func binding(_ media: MediaID) -> [UInt8] {
        Array("Sotto media link v1".utf8) + [0] + media.bytes.array
    }
}
