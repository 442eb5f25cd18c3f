public import Wire

// Accounts, devices and what lets them in. Keys and payloads are Wire's; nothing here is encoded for an engine.

/// An account and the head of its signed device list.
public struct AccountRow: Sendable, Equatable {
    /// Who it is, for ever.
    public var account: AccountID
    /// What people call it; unique.
    public var handle: Handle
    /// The account's public keys.
    public var identity: IdentityPayload
    /// When it registered.
    public var createdAt: Timestamp
    /// The signed list's epoch and signature; its entries are the ``DeviceRow``s.
    public var listEpoch: UInt64
    public var listSignature: [UInt8]
    /// The number the next device gets. Numbers are never given twice.
    public var nextDevice: DeviceID
    /// SHA-256 of the delivery token, 32 bytes; none where no sealed messages are taken.
    public var deliveryTokenHash: [UInt8]?

    public init(
        account: AccountID, handle: Handle, identity: IdentityPayload, createdAt: Timestamp, listEpoch: UInt64,
        listSignature: [UInt8], nextDevice: DeviceID, deliveryTokenHash: [UInt8]? = nil
    ) {
        self.account = account
        self.handle = handle
        self.identity = identity
        self.createdAt = createdAt
        self.listEpoch = listEpoch
        self.listSignature = listSignature
        self.nextDevice = nextDevice
        self.deliveryTokenHash = deliveryTokenHash
    }
}

/// One device of an account, as the account's list has it.
public struct DeviceRow: Sendable, Equatable {
    /// Whose it is, and its number.
    public var address: DeviceAddress
    /// What sessions with it must name; another one means another device.
    public var registrationID: RegistrationID
    /// The device's public keys.
    public var identity: IdentityPayload
    /// When the list with it was published.
    public var linkedAt: Timestamp
    /// Midnight UTC of the day of its last connect.
    public var lastSeenDay: Timestamp?

    public init(
        address: DeviceAddress, registrationID: RegistrationID, identity: IdentityPayload, linkedAt: Timestamp,
        lastSeenDay: Timestamp?
    ) {
        self.address = address
        self.registrationID = registrationID
        self.identity = identity
        self.linkedAt = linkedAt
        self.lastSeenDay = lastSeenDay
    }
}

/// A token as the server keeps it: by its hash.
public struct TokenRow: Sendable, Equatable {
    public enum Kind: String, Sendable { case access, refresh }

    /// SHA-256 of the token, 32 bytes.
    public var hash: [UInt8]
    public var kind: Kind
    public var address: DeviceAddress
    public var expiresAt: Timestamp
    /// Shared by all tokens that descend from one login, so that a stolen refresh token ends them together.
    public var family: SixteenBytes
    /// A refresh token that was used. It stays until it expires, to notice that somebody uses it again.
    public var isSpent: Bool

    public init(
        hash: [UInt8], kind: Kind, address: DeviceAddress, expiresAt: Timestamp, family: SixteenBytes, isSpent: Bool
    ) {
        self.hash = hash
        self.kind = kind
        self.address = address
        self.expiresAt = expiresAt
        self.family = family
        self.isSpent = isSpent
    }
}

/// The prekeys of a device that are replaced rather than used up.
public struct StandingPreKeys: Sendable, Equatable {
    public var signedPreKey: SignedPreKeyPayload
    public var lastResortPreKey: SignedPreKeyPayload?
    public var kemLastResortPreKey: KEMPreKeyPayload?

    public init(
        signedPreKey: SignedPreKeyPayload, lastResortPreKey: SignedPreKeyPayload?,
        kemLastResortPreKey: KEMPreKeyPayload?
    ) {
        self.signedPreKey = signedPreKey
        self.lastResortPreKey = lastResortPreKey
        self.kemLastResortPreKey = kemLastResortPreKey
    }
}

/// An invitation to register, kept by its hash.
public struct InviteRow: Sendable, Equatable {
    /// SHA-256 of the code, 32 bytes.
    public var hash: [UInt8]
    public var usesLeft: UInt64
    public var expiresAt: Timestamp

    public init(hash: [UInt8], usesLeft: UInt64, expiresAt: Timestamp) {
        self.hash = hash
        self.usesLeft = usesLeft
        self.expiresAt = expiresAt
    }
}
