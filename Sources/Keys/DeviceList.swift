import Crypto
public import Wire

/// One device as its account lists it.
public struct ListedDevice: Hashable, Sendable {
    /// Its number within the account, from 1 up.
    public let device: DeviceID
    /// Tells it from another that took its number.
    public let registration: RegistrationID
    /// Its public identity.
    public let identity: DeviceIdentityKeys

    public init(device: DeviceID, registration: RegistrationID, identity: DeviceIdentityKeys) {
        self.device = device
        self.registration = registration
        self.identity = identity
    }

    init(_ payload: DevicePayload) throws(KeyFormatError) {
        device = payload.device
        registration = payload.registrationID
        do { identity = try DeviceIdentityKeys(payload.identity) } catch { throw .outOfBounds }
    }

    /// As it travels.
    public var payload: DevicePayload {
        DevicePayload(device: device, registrationID: registration, identity: identity.payload)
    }
}

/// Why a device list is refused.
public enum DeviceListError: Error, Equatable, Sendable {
    /// No devices, more than ``VerifiedDeviceList/deviceCountMax``, a device number of zero, or one of them twice.
    case unusableDevices
    /// It is another account's list.
    case wrongAccount
    /// It carries another identity than the one known for this account.
    case identityChanged
    /// The account key did not sign it.
    case badSignature
    /// It is older than the list already seen.
    case rolledBack(knownEpoch: UInt64, epoch: UInt64)
    /// It has the epoch of the list already seen and says something else.
    case forked(epoch: UInt64)
}

/// A device list as it came from outside: well formed, but anyone may have written it.
///
/// Version 1, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 16 | account |
/// | 17 | 64 | account identity: Ed25519, then X25519 public key |
/// | 81 | 8 | epoch, 1…4,294,967,295; each change of the list counts it up |
/// | 89 | 1 | number of devices *n*, 1…10 |
/// | 90 | 70 *n* | devices, ascending by number |
/// | 90 + 70 *n* | 64 | signature by the account's Ed25519 key |
///
/// One device:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | device number, from 1 up |
/// | 4 | 2 | registration, 1…16,383 |
/// | 6 | 64 | device identity: Ed25519, then X25519 public key |
///
/// Signed, in the context `Sotto device list v1`: everything before the signature. No two devices share a number or
/// a key, so each list has exactly one form.
public struct UnverifiedDeviceList: Hashable, Sendable {
    /// The account that the list claims to be of.
    public let claimedAccount: AccountID
    /// The identity that the list claims for it.
    public let claimedIdentity: AccountIdentityKey
    /// The epoch that the list claims.
    public let claimedEpoch: UInt64
    let devices: [ListedDevice]
    let signature: Ed25519.Signature

    /// - Throws: ``KeyFormatError`` for anything but the layout above.
    public init(_ bytes: [UInt8]) throws(KeyFormatError) {
        var reader = ByteReader(bytes)
        try reader.version(VerifiedDeviceList.version)
        let account = try reader.account()
        let identity: AccountIdentityKey = try reader.identity()
        let epoch: UInt64 = try reader.number()
        let count: UInt8 = try reader.number()
        var devices: [ListedDevice] = []
        for _ in 0..<min(Int(count), VerifiedDeviceList.deviceCountMax + 1) {
            devices.append(try reader.listedDevice())
        }
        let signature = try reader.signature()
        try reader.finish()
        try self.init(account: account, identity: identity, epoch: epoch, devices: devices, signature: signature)
    }

    /// What came over the wire for `account`.
    /// - Throws: ``KeyFormatError`` when it is not the content of one list in the layout above.
    public init(
        account: AccountID, identity: IdentityPayload, list: DeviceListPayload
    ) throws(KeyFormatError) {
        let claimedIdentity: AccountIdentityKey
        let signature: Ed25519.Signature
        do {
            claimedIdentity = try AccountIdentityKey(identity)
            signature = try Ed25519.Signature(list.signature)
        } catch {
            throw .outOfBounds
        }
        var devices: [ListedDevice] = []
        for device in list.devices { devices.append(try ListedDevice(device)) }
        try self.init(
            account: account, identity: claimedIdentity, epoch: list.epoch, devices: devices, signature: signature)
    }

    private init(
        account: AccountID, identity: AccountIdentityKey, epoch: UInt64, devices: [ListedDevice],
        signature: Ed25519.Signature
    ) throws(KeyFormatError) {
        guard VerifiedDeviceList.epochs.contains(epoch),
              (1...VerifiedDeviceList.deviceCountMax).contains(devices.count) else { throw .outOfBounds }
        guard VerifiedDeviceList.areCanonical(devices) else { throw .notCanonical }
        claimedAccount = account
        claimedIdentity = identity
        claimedEpoch = epoch
        self.devices = devices
        self.signature = signature
    }

    /// The list as a type that may be used, when `identity` signed it for `account` and it is not older than `known`.
    ///
    /// `known` is the last verified list of this account, if there is one; the same list again is fine.
    /// - Throws: ``DeviceListError``.
    public func verified(
        account: AccountID, identity: AccountIdentityKey, after known: VerifiedDeviceList?
    ) throws(DeviceListError) -> VerifiedDeviceList {
        guard claimedAccount == account else { throw .wrongAccount }
        guard claimedIdentity == identity else { throw .identityChanged }
        let content = VerifiedDeviceList.content(
            account: account, identity: identity, epoch: claimedEpoch, devices: devices)
        guard identity.verifies(signature, over: content, as: .deviceList) else { throw .badSignature }
        let list = VerifiedDeviceList(
            account: account, identity: identity, epoch: claimedEpoch, devices: devices, signature: signature)
        guard let known else { return list }
        guard known.account == account else { throw .wrongAccount }
        guard known.identity == identity else { throw .identityChanged }
        guard claimedEpoch >= known.epoch else { throw .rolledBack(knownEpoch: known.epoch, epoch: claimedEpoch) }
        guard claimedEpoch > known.epoch || list.devices == known.devices else { throw .forked(epoch: claimedEpoch) }
        return list
    }

    /// The list on the word of the identity that it carries itself: for the first contact with an account, until a
    /// safety number or the key log says more. Whoever calls this remembers the identity and never calls it again.
    /// - Throws: ``DeviceListError``.
    public func verifiedOnFirstUse(account: AccountID) throws(DeviceListError) -> VerifiedDeviceList {
        try verified(account: account, identity: claimedIdentity, after: nil)
    }
}

/// The devices of an account, on the word of the account's key.
public struct VerifiedDeviceList: Hashable, Sendable {
    /// The most devices one account may list.
    public static let deviceCountMax = Limits.devicesPerAccountMax
    /// The epochs that a list may have.
    public static let epochs: ClosedRange<UInt64> = 1...UInt64(UInt32.max)
    static let version: UInt8 = 1

    /// Whose devices they are.
    public let account: AccountID
    /// The identity that signed.
    public let identity: AccountIdentityKey
    /// Counts the account's lists, from 1 up; a higher one replaces a lower one.
    public let epoch: UInt64
    /// The devices, ascending by number; at least one.
    public let devices: [ListedDevice]
    private let signature: Ed25519.Signature

    fileprivate init(
        account: AccountID, identity: AccountIdentityKey, epoch: UInt64, devices: [ListedDevice],
        signature: Ed25519.Signature
    ) {
        self.account = account
        self.identity = identity
        self.epoch = epoch
        self.devices = devices
        self.signature = signature
    }

    /// A new list, signed by its account. `devices` may stand in any order; `epoch` is in ``epochs``, or it traps.
    /// - Throws: ``DeviceListError/unusableDevices``.
    public init(
        account: AccountID, epoch: UInt64, devices: [ListedDevice], signedBy identity: borrowing AccountIdentity
    ) throws(DeviceListError) {
        precondition(Self.epochs.contains(epoch), "epochs are 1 to 4,294,967,295")
        let devices = devices.sorted { $0.device < $1.device }
        guard (1...Self.deviceCountMax).contains(devices.count), Self.areCanonical(devices) else {
            throw .unusableDevices
        }
        let publicKeys = identity.publicKeys
        let content = Self.content(account: account, identity: publicKeys, epoch: epoch, devices: devices)
        self.init(
            account: account, identity: publicKeys, epoch: epoch, devices: devices,
            signature: identity.sign(content, as: .deviceList))
    }

    /// The layout of ``UnverifiedDeviceList``.
    public var bytes: [UInt8] {
        Self.content(account: account, identity: identity, epoch: epoch, devices: devices) + signature.bytes
    }

    /// As it travels, beside the account and its identity.
    public var payload: DeviceListPayload {
        DeviceListPayload(epoch: epoch, devices: devices.map(\.payload), signature: signature.bytes)
    }

    /// The listed device of that number, if there is one.
    public func device(_ number: DeviceID) -> ListedDevice? {
        devices.first { $0.device == number }
    }

    static func areCanonical(_ devices: [ListedDevice]) -> Bool {
        var last: UInt32 = 0
        for device in devices {
            guard device.device.rawValue > last else { return false }
            last = device.device.rawValue
        }
        return Set(devices.map(\.identity.signing)).count == devices.count
            && Set(devices.map(\.identity.agreement)).count == devices.count
    }

    static func content(
        account: AccountID, identity: AccountIdentityKey, epoch: UInt64, devices: [ListedDevice]
    ) -> [UInt8] {
        var bytes: [UInt8] = [version]
        bytes.reserveCapacity(90 + 70 * devices.count + Ed25519.signatureByteCount)
        bytes += account.bytes.array
        bytes += identity.bytes
        bytes.append(number: epoch)
        bytes.append(UInt8(truncatingIfNeeded: devices.count))
        for device in devices {
            bytes.append(number: device.device.rawValue)
            bytes.append(number: UInt16(truncatingIfNeeded: device.registration.rawValue))
            bytes += device.identity.bytes
        }
        return bytes
    }
}
