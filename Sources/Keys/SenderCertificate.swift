import Crypto
public import Wire

/// What a sender certificate says.
public struct SenderClaim: Hashable, Sendable {
    /// The sending device.
    public let address: DeviceAddress
    /// Its registration.
    public let registration: RegistrationID
    /// Its account's identity.
    public let accountIdentity: AccountIdentityKey
    /// Its own identity.
    public let deviceIdentity: DeviceIdentityKeys
    /// The server's clock must not be past this.
    public let expiresAt: Timestamp

    public init(
        address: DeviceAddress, registration: RegistrationID, accountIdentity: AccountIdentityKey,
        deviceIdentity: DeviceIdentityKeys, expiresAt: Timestamp
    ) {
        self.address = address
        self.registration = registration
        self.accountIdentity = accountIdentity
        self.deviceIdentity = deviceIdentity
        self.expiresAt = expiresAt
    }

    /// Whether `list` has the device with exactly these keys.
    public func isListed(in list: VerifiedDeviceList) -> Bool {
        guard list.account == address.account, list.identity == accountIdentity,
            let listed = list.device(address.device)
        else { return false }
        return listed.registration == registration && listed.identity == deviceIdentity
    }
}

/// Why a sender certificate is refused.
public enum SenderCertificateError: Error, Equatable, Sendable {
    /// The pinned server key did not sign it.
    case badSignature
    /// It names another server key than the pinned one.
    case unknownServerKey
    /// It had run out when the message was accepted.
    case expired
    /// It is good for longer than a server gives them out for.
    case tooLongLived
}

/// A server's word on who a device is, as it came from outside: well formed, but anyone may have written it.
///
/// Version 1, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 16 | account |
/// | 17 | 4 | device number, from 1 up |
/// | 21 | 2 | registration, 1…16,383 |
/// | 23 | 64 | account identity |
/// | 87 | 64 | device identity |
/// | 151 | 8 | expires, milliseconds since 1970 |
/// | 159 | 8 | id of the server's key |
/// | 167 | 64 | signature by the server |
///
/// Signed, in the context `Sotto sender certificate v1`: everything before the signature.
public struct UnverifiedSenderCertificate: Hashable, Sendable {
    /// Bytes in the layout above.
    public static let byteCount = 231
    static let version: UInt8 = 1

    /// What it claims.
    public let claim: SenderClaim
    private let serverKeyID: [UInt8]
    private let signature: Ed25519.Signature

    /// - Throws: ``KeyFormatError`` for anything but the layout above.
    public init(_ bytes: [UInt8]) throws(KeyFormatError) {
        var reader = ByteReader(bytes)
        try reader.version(Self.version)
        let address = DeviceAddress(account: try reader.account(), device: try reader.device())
        let registration = try reader.registration()
        let accountIdentity: AccountIdentityKey = try reader.identity()
        let deviceIdentity: DeviceIdentityKeys = try reader.identity()
        let expires: UInt64 = try reader.number()
        guard expires <= Timestamp.millisecondsMax else { throw .outOfBounds }
        claim = SenderClaim(
            address: address, registration: registration, accountIdentity: accountIdentity,
            deviceIdentity: deviceIdentity, expiresAt: Timestamp(milliseconds: expires))
        serverKeyID = try reader.take(VerifiedSenderCertificate.serverKeyIDByteCount)
        signature = try reader.signature()
        try reader.finish()
    }

    /// The certificate as a type that says it was checked.
    /// - Parameter time: when the server accepted what it came with.
    /// - Throws: ``SenderCertificateError``.
    public func verified(
        by server: ServerPublicKey, acceptedAt time: Timestamp
    ) throws(SenderCertificateError) -> VerifiedSenderCertificate {
        guard serverKeyID == VerifiedSenderCertificate.id(of: server) else { throw .unknownServerKey }
        let content = VerifiedSenderCertificate.content(claim, serverKeyID: serverKeyID)
        guard server.verifies(signature, over: content, as: .senderCertificate) else {
            throw .badSignature
        }
        let grace = VerifiedSenderCertificate.graceSeconds
        guard time <= claim.expiresAt.adding(seconds: grace) else { throw .expired }
        guard claim.expiresAt <= time.adding(seconds: VerifiedSenderCertificate.lifetimeSeconds + grace) else {
            throw .tooLongLived
        }
        return VerifiedSenderCertificate(claim: claim, bytes: content + signature.bytes)
    }
}

/// A server's word on who a device is. Says nothing of who shows it: everybody its device has written to knows it.
public struct VerifiedSenderCertificate: Hashable, Sendable {
    /// How long a server lets one be good.
    public static let lifetimeSeconds: UInt64 = 24 * 3600
    /// How far two clocks of one server may be apart.
    public static let graceSeconds: UInt64 = 5 * 60
    static let serverKeyIDByteCount = 8

    /// What it says.
    public let claim: SenderClaim
    /// ``UnverifiedSenderCertificate``'s layout, 231 bytes.
    public let bytes: [UInt8]

    init(claim: SenderClaim, bytes: [UInt8]) {
        self.claim = claim
        self.bytes = bytes
    }

    /// Issues one, as the server.
    public init(issuing claim: SenderClaim, signedBy server: ServerSigningKey) {
        let content = Self.content(claim, serverKeyID: Self.id(of: server.publicKey))
        self.init(claim: claim, bytes: content + server.sign(content, as: .senderCertificate).bytes)
    }

    /// The first 8 bytes of a server key's fingerprint: says which key signed, not that it did.
    static func id(of server: ServerPublicKey) -> [UInt8] { Array(server.fingerprint.prefix(serverKeyIDByteCount)) }

    static func content(_ claim: SenderClaim, serverKeyID: [UInt8]) -> [UInt8] {
        var bytes = [UnverifiedSenderCertificate.version] + claim.address.account.bytes.array
        bytes.reserveCapacity(UnverifiedSenderCertificate.byteCount)
        bytes.append(number: claim.address.device.rawValue)
        bytes.append(number: UInt16(truncatingIfNeeded: claim.registration.rawValue))
        bytes += claim.accountIdentity.bytes + claim.deviceIdentity.bytes
        bytes.append(number: claim.expiresAt.milliseconds)
        return bytes + serverKeyID
    }
}
