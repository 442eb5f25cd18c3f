package import SQLite
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
    /// The store's own number for it, never given twice. Whatever a new row or a changed one says counts for nothing.
    package var number: Int64 = 0

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
    public enum Kind: String, Sendable, CaseIterable { case access, refresh }

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

extension AccountRow: TableRow {
    package static let table = Table(
        "account", "Accounts, each with the head of its signed device list.", key: 1,
        Column("account", \.account, .id),
        Column("handle", \.handle, .openText, "the name others find the account by"),
        Column("signing_key", \.identity.signingKey, .publicKey),
        Column("agreement_key", \.identity.agreementKey, .publicKey),
        Column("created_at", \.createdAt, .time),
        Column("list_epoch", \.listEpoch, .counter),
        Column("list_signature", \.listSignature, .publicKey, "its signature over the device list"),
        Column("next_device", \.nextDevice, .id, "the number the next device gets"),
        Column("delivery_token", \.deliveryTokenHash, .hash, "of the delivery token, SHA-256")
    ) { (account, handle, signing, agreement, createdAt, epoch, signature, nextDevice, token) -> AccountRow? in
        AccountRow(
            account: account, handle: handle,
            identity: IdentityPayload(signingKey: signing, agreementKey: agreement), createdAt: createdAt,
            listEpoch: epoch, listSignature: signature, nextDevice: nextDevice, deliveryTokenHash: token)
    }

    package static let byID = Lookup(\AccountRow.account)
    package static let byHandle = Lookup(\AccountRow.handle)
    package static let inOrder = Index(by: \AccountRow.account)
    package static let indexes: [any RowIndex] = [byID, byHandle, inOrder]
    package static let erasure = Erasure.along(with: "the deletion itself")

    package var cacheNames: [CachedRow] { [.account(account)] }
    package static let isCached = true
}

extension DeviceRow: StoredRow {
    package static let table = Table(
        "device", "The devices of accounts, as their lists have them.", key: 2,
        Column("account", \.address.account, .id),
        Column("device", \.address.device, .id, "within the account"),
        Column("number", \.number, .id, "the store's own, never reused"),
        Column("registration", \.registrationID, .id),
        Column("signing_key", \.identity.signingKey, .publicKey),
        Column("agreement_key", \.identity.agreementKey, .publicKey),
        Column("linked_at", \.linkedAt, .time),
        Column("last_seen_day", \.lastSeenDay, .time, "midnight of the day, nothing finer")
    ) { (account, device, number, registration, signing, agreement, linkedAt, lastSeenDay) -> DeviceRow? in
        var row = DeviceRow(
            address: DeviceAddress(account: account, device: device), registrationID: registration,
            identity: IdentityPayload(signingKey: signing, agreementKey: agreement), linkedAt: linkedAt,
            lastSeenDay: lastSeenDay)
        row.number = number
        return row
    }

    package static let byAddress = Lookup(\DeviceRow.address.account, \.address.device)
    package static let byNumber = Lookup(\DeviceRow.number)
    package static let ofAccount = Index(within: \DeviceRow.address.account, by: \.address.device)
    package static let indexes: [any RowIndex] = [byAddress, byNumber, ofAccount]
    package static let erasure = Erasure.along(with: "the deletion itself")
    package static let owners = [Owner(\DeviceRow.address.account, AccountRow.byID)]
}

extension TokenRow.Kind: TextCell {}

extension TokenRow: TableRow {
    package static let table = Table(
        "token", "What lets a device in.", key: 1,
        Column("hash", \.hash, .hash, "of the token, SHA-256"),
        Column("kind", \.kind, .counter, "access or refresh"),
        Column("account", \.address.account, .id),
        Column("device", \.address.device, .id, "within the account"),
        Column("expires_at", \.expiresAt, .time),
        Column("family", \.family, .id, "of all tokens that descend from one login"),
        Column("is_spent", \.isSpent, .counter, "a flag")
    ) { (hash, kind, account, device, expiresAt, family, isSpent) -> TokenRow? in
        TokenRow(
            hash: hash, kind: kind, address: DeviceAddress(account: account, device: device), expiresAt: expiresAt,
            family: family, isSpent: isSpent)
    }

    package static let byHash = Lookup(\TokenRow.hash)
    package static let ofFamily = Index(within: \TokenRow.family, by: \.hash)
    package static let ofDevice = Index(within: \TokenRow.address.account, \.address.device, by: \.hash)
    package static let byEnd = Index(by: \TokenRow.expiresAt)
    package static let indexes: [any RowIndex] = [byHash, ofFamily, ofDevice, byEnd]
    package static let expiry: (any RowExpiry)? = Expiry(at: byEnd)
    package static let erasure = Erasure.along(with: "its device")
    package static let owners = [Owner(\TokenRow.address.account, \.address.device, DeviceRow.byAddress)]
}

extension InviteRow: TableRow {
    package static let table = Table(
        "invite", "Invitations to register.", key: 1,
        Column("hash", \.hash, .hash, "of the code, SHA-256"),
        Column("uses_left", \.usesLeft, .counter),
        Column("expires_at", \.expiresAt, .time)
    ) { InviteRow(hash: $0, usesLeft: $1, expiresAt: $2) }

    package static let byHash = Lookup(\InviteRow.hash)
    package static let byEnd = Index(by: \InviteRow.expiresAt)
    package static let indexes: [any RowIndex] = [byHash, byEnd]
    package static let expiry: (any RowExpiry)? = Expiry(at: byEnd)
    package static let erasure = Erasure.nobody
}
