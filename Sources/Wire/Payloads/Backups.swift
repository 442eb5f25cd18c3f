/// Stores a sealed backup in place of the one before.
public struct BackupUpload: WireRecord, Equatable {
    /// Derived from the recovery key, like the token.
    public var id: BackupID
    /// SHA-256 of the token that fetches it without a login.
    public var tokenHash: [UInt8]
    /// Sealed by the client; the server stores and returns it.
    public var blob: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        id = try fields.value("id", \.id)
        tokenHash = try fields.bytes("tokenHash", \.tokenHash, count: 32)
        blob = try fields.bytes("blob", \.blob, count: 1...Limits.backupByteCountMax)
    }
}

/// What is known of a stored backup. Its entity tag travels as `ETag`.
public struct BackupReceipt: WireRecord, Equatable {
    /// Counts the account's backups, from 1 up.
    public var revision: UInt64
    public var updatedAt: Timestamp

    public init(fields: inout Fields<Self>) throws(WireError) {
        revision = try fields.number("revision", \.revision)
        updatedAt = try fields.value("updatedAt", \.updatedAt)
    }
}

/// A stored backup, for the account's own devices.
public struct StoredBackup: WireRecord, Equatable {
    public var id: BackupID
    public var revision: UInt64
    public var updatedAt: Timestamp
    public var blob: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        id = try fields.value("id", \.id)
        revision = try fields.number("revision", \.revision)
        updatedAt = try fields.value("updatedAt", \.updatedAt)
        blob = try fields.bytes("blob", \.blob, count: 1...Limits.backupByteCountMax)
    }
}

/// What somebody who restores needs: the backup, and the account as it is now.
public struct RecoveryView: WireRecord, Equatable {
    public var backup: StoredBackup
    public var account: AccountView
    /// The number that a new device takes.
    public var nextDevice: DeviceID

    public init(fields: inout Fields<Self>) throws(WireError) {
        backup = try fields.value("backup", \.backup)
        account = try fields.value("account", \.account)
        nextDevice = try fields.value("nextDevice", \.nextDevice)
    }
}
