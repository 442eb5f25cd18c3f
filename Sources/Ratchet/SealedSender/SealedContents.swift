import Crypto
import Keys
public import Wire

/// What a sealed body holds, before padding and sealing.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 1 | kind of the envelope inside: 0 message, 1 handshake, 2 sync, 3 receipt, 4 call, 5 control |
/// | 2 | 231 | sender certificate |
/// | 233 | 32 | attribution; zeros for none |
/// | 265 | 32 | authentication |
/// | 297 | rest | session message |
struct SealedContents: Hashable {
    static let version: UInt8 = 1
    static let headByteCount = 297
    private static let tagByteCount = 32
    /// Kinds by their number. A number is never given to another kind.
    static let kinds: [EnvelopeKind] = [.message, .handshake, .sync, .receipt, .call, .control]

    /// What the envelope would say if it were not sealed.
    var kind: EnvelopeKind { Self.kinds[number] }
    /// One of ``kinds``.
    private let number: Int
    /// ``UnverifiedSenderCertificate``'s layout.
    let certificate: [UInt8]
    /// 32 bytes.
    let attribution: [UInt8]
    let tag: [UInt8]
    let message: [UInt8]

    /// - Throws: ``KeyFormatError`` for anything but the layout above.
    init(_ bytes: [UInt8]) throws(KeyFormatError) {
        var reader = ByteReader(bytes)
        try reader.version(Self.version)
        number = Int(try reader.number(UInt8.self))
        guard Self.kinds.indices.contains(number) else { throw .outOfBounds }
        certificate = try reader.take(UnverifiedSenderCertificate.byteCount)
        attribution = try reader.take(AttributionKey.byteCount)
        tag = try reader.take(Self.tagByteCount)
        message = try reader.take(reader.remainingByteCount)
    }

    /// `nil` for a kind that does not travel inside.
    /// - Parameter key: of the sender and the recipient together.
    init?(
        _ kind: EnvelopeKind, certificateBytes: [UInt8], attribution: [UInt8]?, message: [UInt8],
        authenticatedBy key: borrowing SecretBytes
    ) {
        guard let number = Self.kinds.firstIndex(of: kind) else { return nil }
        self.number = number
        certificate = certificateBytes
        self.attribution = attribution ?? [UInt8](repeating: 0, count: AttributionKey.byteCount)
        self.message = message
        let head = Self.head(number, certificate, self.attribution)
        tag = HMAC.tag(.sha256, key: key, over: head + message)
    }

    /// Whether it was made by the sender or the recipient whose ``authenticationKey(_:_:for:)`` this is.
    func isAuthentic(under key: borrowing SecretBytes) -> Bool {
        HMAC.verifies(tag, .sha256, key: key, over: Self.head(number, certificate, attribution) + message)
    }

    /// In the layout above.
    var bytes: [UInt8] { Self.head(number, certificate, attribution) + tag + message }

    private static func head(_ kind: Int, _ certificate: [UInt8], _ attribution: [UInt8]) -> [UInt8] {
        [version, UInt8(truncatingIfNeeded: kind)] + certificate + attribution
    }

    /// What only the two devices can work out, for one of them as the recipient.
    /// - Throws: ``X25519/AgreementError`` for a key of small order.
    static func authenticationKey(
        _ own: borrowing DeviceIdentity, _ peer: DeviceIdentityKeys, for recipient: SealedRecipient
    ) throws(X25519.AgreementError) -> SecretBytes {
        let secret = try own.agree(with: peer.agreement)
        return HKDF.expand(
            .sha256, key: HKDF.extract(.sha256, salt: [], input: secret),
            info: Array("Sotto sealed sender v1 authentication".utf8) + [0] + recipient.bytes, byteCount: 32)
    }
}

/// The device that a body is sealed for.
public struct SealedRecipient: Hashable, Sendable {
    public let address: DeviceAddress
    public let registration: RegistrationID

    public init(_ address: DeviceAddress, _ registration: RegistrationID) {
        self.address = address
        self.registration = registration
    }

    /// Account (16), device number (4), registration (2).
    var bytes: [UInt8] {
        var bytes = address.account.bytes.array
        bytes.append(number: address.device.rawValue)
        bytes.append(number: UInt16(truncatingIfNeeded: registration.rawValue))
        return bytes
    }

    /// The `info` of HPKE.
    var info: [UInt8] { Array("Sotto sealed sender v1".utf8) + [0] + bytes }
}
