public import Wire

/// The way back when every device is lost (docs/protocol/recovery.md).
public struct Recovery: Sendable {
    let owner: AccountOwner

    /// Makes a recovery key and stores a backup under it; the same call again gives the same key, as long as the
    /// server has that backup. After it was deleted there, by whichever device, the key is another.
    ///
    /// From then on the backup is brought up to date at each connect.
    /// - Parameter isReplacing: takes the place of a backup that another device, or an earlier key, has made.
    /// - Returns: what goes on paper. Whoever has it has the account.
    /// - Throws: ``SottoError/Code/cannotChangeDevices`` on a device without the account's key;
    ///   ``SottoError/Code/backupExists`` when there is one under another key: the key here is forgotten then.
    public func createBackup(replacing isReplacing: Bool = false) async throws(SottoError) -> String {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.backups.createBackup(replacing: isReplacing)
        }
    }

    /// Stores the account as it is now, if that is not what the server has. Asks the server, even when nothing has
    /// changed here.
    /// - Returns: whether something was stored.
    /// - Throws: ``SottoError/Code/noBackup`` when there is no recovery key here, or when another device has deleted
    ///   the backup; ``SottoError/Code/backupExists`` when another device has stored one of its own. The key here is
    ///   forgotten then.
    @discardableResult
    public func updateBackup() async throws(SottoError) -> Bool {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.backups.updateBackup() }
    }

    /// Forgets the backup here and at the server: the key on paper opens nothing any more.
    public func deleteBackup() async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.backups.deleteBackup() }
    }

    /// When the server's backup was last written, and how often; `nil` when there is none.
    public func backupReceipt() async throws(SottoError) -> BackupReceipt? {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.backups.backupReceipt() }
    }

    /// Makes this a new device of the account whose recovery key this is.
    ///
    /// Cut short anywhere, the same call again goes on with the same device.
    /// - Parameters:
    ///   - text: what ``createBackup(replacing:)`` gave.
    ///   - isUnlinkingOthers: whether the account's other devices are unlinked, since they are lost.
    /// - Returns: how many other devices the account has now.
    /// - Throws: ``SottoError/Code/badRecoveryKey``; ``SottoError/Code/noBackup``; ``SottoError/Code/backup``;
    ///   ``SottoError/Code/untrustedKeys`` when the server shows another account than the backup's, or an older list;
    ///   ``SottoError/Code/alreadyRegistered``.
    public func restore(recoveryKey text: String, unlinkingOthers isUnlinkingOthers: Bool = false)
        async throws(SottoError) -> Int {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.restoration.restore(recoveryKey: text, unlinkingOthers: isUnlinkingOthers)
        }
    }
}
