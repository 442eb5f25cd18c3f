public import Wire

/// Why a prekey bundle is refused.
public enum PreKeyBundleError: Error, Equatable, Sendable {
    /// It is not of the device that was asked for.
    case wrongDevice
    /// The account does not list that device.
    case notListed
    /// It carries another identity or registration than the account lists: the device was replaced, or someone lies.
    case identityChanged
    /// One of its prekeys is refused.
    case preKey(PreKeyError)
}

/// What a server hands out to start a session with one device; anyone may have written it.
///
/// Version 1, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 16 | account |
/// | 17 | 4 | device number, from 1 up |
/// | 21 | 2 | registration, 1…16,383 |
/// | 23 | 64 | device identity: Ed25519, then X25519 public key |
/// | 87 | 108 | ``SignedPreKey`` |
/// | 195 | 1 | what follows: bit 0 a one-time prekey, bit 1 an ML-KEM prekey; other bits zero |
/// | 196 | 0 or 36 | ``OneTimePreKey`` |
/// | | 0 or 1261 | ``KEMPreKey`` |
///
/// Without a one-time prekey the signed prekey is the last resort; an ML-KEM prekey says its own kind.
public struct UnverifiedPreKeyBundle: Hashable, Sendable {
    static let version: UInt8 = 1

    /// The device that it claims to be of.
    public let claimedAddress: DeviceAddress
    let registration: RegistrationID
    let identity: DeviceIdentityKeys
    let signedPreKey: SignedPreKey
    let oneTimePreKey: OneTimePreKey?
    let kemPreKey: KEMPreKey?

    /// Puts together what a server has stored.
    public init(
        address: DeviceAddress, registration: RegistrationID, identity: DeviceIdentityKeys,
        signedPreKey: SignedPreKey, oneTimePreKey: OneTimePreKey?, kemPreKey: KEMPreKey?
    ) {
        claimedAddress = address
        self.registration = registration
        self.identity = identity
        self.signedPreKey = signedPreKey
        self.oneTimePreKey = oneTimePreKey
        self.kemPreKey = kemPreKey
    }

    /// - Throws: ``KeyFormatError`` for anything but the layout above.
    public init(_ bytes: [UInt8]) throws(KeyFormatError) {
        var reader = ByteReader(bytes)
        try reader.version(Self.version)
        claimedAddress = DeviceAddress(account: try reader.account(), device: try reader.device())
        registration = try reader.registration()
        identity = try reader.identity()
        signedPreKey = try SignedPreKey(from: &reader)
        let present: UInt8 = try reader.number()
        guard present & ~0b11 == 0 else { throw .outOfBounds }
        oneTimePreKey = present & 0b01 == 0 ? nil : try OneTimePreKey(from: &reader)
        kemPreKey = present & 0b10 == 0 ? nil : try KEMPreKey(from: &reader)
        try reader.finish()
    }

    /// The layout above.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = [Self.version]
        bytes += claimedAddress.account.bytes.array
        bytes.append(number: claimedAddress.device.rawValue)
        bytes.append(number: UInt16(truncatingIfNeeded: registration.rawValue))
        bytes += identity.bytes
        bytes += signedPreKey.bytes
        bytes.append((oneTimePreKey == nil ? 0 : 0b01) | (kemPreKey == nil ? 0 : 0b10))
        bytes += oneTimePreKey?.bytes ?? []
        bytes += kemPreKey?.bytes ?? []
        return bytes
    }

    /// The bundle as a type that a handshake takes, when `list` names its device with these very keys and the device
    /// signed its prekeys.
    /// - Throws: ``PreKeyBundleError``.
    public func verified(
        for address: DeviceAddress, in list: VerifiedDeviceList, nowMilliseconds: UInt64
    ) throws(PreKeyBundleError) -> VerifiedPreKeyBundle {
        guard claimedAddress == address, list.account == address.account else { throw .wrongDevice }
        guard let listed = list.device(address.device) else { throw .notListed }
        guard listed.identity == identity, listed.registration == registration else { throw .identityChanged }
        do {
            try PreKeyCheck.verifySignedPreKey(signedPreKey, of: identity, nowMilliseconds: nowMilliseconds)
            if let kemPreKey {
                try PreKeyCheck.verifyKEMPreKey(
                    kemPreKey, kind: kemPreKey.kind, of: identity, nowMilliseconds: nowMilliseconds)
            }
        } catch {
            throw .preKey(error)
        }
        return VerifiedPreKeyBundle(self, accountIdentity: list.identity)
    }
}

/// A prekey bundle on the word of the account (for the device) and of the device (for the prekeys).
public struct VerifiedPreKeyBundle: Hashable, Sendable {
    /// The device to start a session with.
    public let address: DeviceAddress
    /// Its registration, as the account lists it.
    public let registration: RegistrationID
    /// The account's identity.
    public let accountIdentity: AccountIdentityKey
    /// The device's identity, as the account lists it.
    public let deviceIdentity: DeviceIdentityKeys
    /// The device's signed prekey.
    public let signedPreKey: SignedPreKey
    /// A one-time prekey, when the server had one left.
    public let oneTimePreKey: OneTimePreKey?
    /// An ML-KEM prekey: one-time, or the last resort.
    public let kemPreKey: KEMPreKey?

    fileprivate init(_ bundle: UnverifiedPreKeyBundle, accountIdentity: AccountIdentityKey) {
        address = bundle.claimedAddress
        registration = bundle.registration
        self.accountIdentity = accountIdentity
        deviceIdentity = bundle.identity
        signedPreKey = bundle.signedPreKey
        oneTimePreKey = bundle.oneTimePreKey
        kemPreKey = bundle.kemPreKey
    }
}
