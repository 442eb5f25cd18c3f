public import Wire

/// Why a prekey bundle is refused.
public enum PreKeyBundleError: Error, Equatable, Sendable {
    /// It is not of the device that was asked for.
    case wrongDevice
    /// The account does not list that device.
    case notListed
    /// It carries another identity or registration than the account lists: the device was replaced, or someone lies.
    case identityChanged
    /// It has no ML-KEM prekey: there is no handshake without one.
    case noKEMPreKey
    /// One of its prekeys is refused.
    case preKey(PreKeyError)
}

/// What a server hands out to start a session with one device; anyone may have written it.
public struct UnverifiedPreKeyBundle: Equatable, Sendable {
    /// The device that was asked for.
    public let address: DeviceAddress
    private let payload: PreKeyBundlePayload

    /// What came over the wire when `account`'s keys were claimed.
    public init(account: AccountID, _ payload: PreKeyBundlePayload) {
        address = DeviceAddress(account: account, device: payload.device)
        self.payload = payload
    }

    /// The bundle as a type that a handshake takes, when `list` names its device with these very keys and the device
    /// signed its prekeys.
    /// - Throws: ``PreKeyBundleError``.
    public func verified(
        for address: DeviceAddress, in list: VerifiedDeviceList, now: Timestamp
    ) throws(PreKeyBundleError) -> VerifiedPreKeyBundle {
        guard self.address == address, list.account == address.account else { throw .wrongDevice }
        guard let listed = list.device(address.device) else { throw .notListed }
        guard listed.identity.payload == payload.identity, listed.registration == payload.registrationID else {
            throw .identityChanged
        }
        guard let kemPreKey = payload.kemPreKey else { throw .noKEMPreKey }
        do {
            return try verified(as: listed, of: list, kemPreKey: kemPreKey, now: now)
        } catch {
            throw .preKey(error)
        }
    }

    private func verified(
        as listed: ListedDevice, of list: VerifiedDeviceList, kemPreKey kemPayload: KEMPreKeyPayload, now: Timestamp
    ) throws(PreKeyError) -> VerifiedPreKeyBundle {
        let signedPreKey: SignedPreKey
        let oneTimePreKey: OneTimePreKey?
        let lastResortPreKey: SignedPreKey?
        let kemPreKey = try PreKeyCheck.kemPreKey(kemPayload)
        do {
            signedPreKey = try SignedPreKey(payload.signedPreKey)
            oneTimePreKey = try payload.oneTimePreKey.map(OneTimePreKey.init)
            lastResortPreKey = try payload.lastResortPreKey.map(SignedPreKey.init)
        } catch {
            throw .malformed
        }
        let identity = listed.identity
        try PreKeyCheck.verifySignedPreKey(signedPreKey, as: .standing, of: identity, now: now)
        if let lastResortPreKey {
            try PreKeyCheck.verifySignedPreKey(lastResortPreKey, as: .lastResort, of: identity, now: now)
        }
        guard let kemKind = kemPreKey.kind(signedBy: identity) else { throw .badSignature(kemPreKey.id) }
        return VerifiedPreKeyBundle(
            address: address, registration: listed.registration, accountIdentity: list.identity,
            deviceIdentity: identity, signedPreKey: signedPreKey,
            single: oneTimePreKey.map { .oneTime($0) } ?? lastResortPreKey.map { .lastResort($0) },
            kemPreKey: kemPreKey, kemKind: kemKind)
    }
}

/// The X25519 prekey that a handshake uses beside the signed one.
public enum SinglePreKey: Hashable, Sendable {
    /// Handed out to nobody else.
    case oneTime(OneTimePreKey)
    /// Handed out to everyone since the one-time keys ran out.
    case lastResort(SignedPreKey)
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
    /// A one-time prekey, or else the last resort, when the device has either.
    public let single: SinglePreKey?
    /// An ML-KEM prekey.
    public let kemPreKey: KEMPreKey
    /// How often ``kemPreKey`` may be used, on the device's word.
    public let kemKind: KEMPreKey.Kind

    fileprivate init(
        address: DeviceAddress, registration: RegistrationID, accountIdentity: AccountIdentityKey,
        deviceIdentity: DeviceIdentityKeys, signedPreKey: SignedPreKey, single: SinglePreKey?,
        kemPreKey: KEMPreKey, kemKind: KEMPreKey.Kind
    ) {
        self.address = address
        self.registration = registration
        self.accountIdentity = accountIdentity
        self.deviceIdentity = deviceIdentity
        self.signedPreKey = signedPreKey
        self.single = single
        self.kemPreKey = kemPreKey
        self.kemKind = kemKind
    }
}
