import Crypto
public import Store
public import Wire

/// What a write of a backup must find in place (RFC 9110, section 13.1).
public enum BackupCondition: Sendable, Equatable {
    /// `If-None-Match: *`.
    case absent
    /// `If-Match`, with the entity tag that a write or a read gave.
    case tag(String)

    /// - Throws: `precondition-required` when neither header says anything usable.
    public init(ifMatch: String?, ifNoneMatch: String?) throws(Problem) {
        switch (ifMatch, ifNoneMatch) {
        case (let tag?, nil): self = .tag(tag)
        case (nil, "*"): self = .absent
        default:
            throw Problem(
                .preconditionRequired, "Send If-None-Match: * for the first, If-Match with its ETag to replace one.")
        }
    }
}

extension BackupRow {
    /// The strong entity tag of this very blob.
    public var entityTag: String { Self.entityTag(digest: digest) }

    static func entityTag(digest: [UInt8]) -> String { "\"\(Base64URL.encode(Array(digest.prefix(16))))\"" }
}

extension BackupUpload {
    /// The entity tag that the stored backup will have.
    public var entityTag: String { BackupRow.entityTag(digest: SHA256.hash(blob)) }
}

extension Turn {
    /// Stores the account's backup in place of the one before.
    /// - Throws: `precondition-failed`; `forbidden` when the id stands for another account's; `quota-exceeded`.
    public mutating func putBackup(
        _ upload: BackupUpload, of account: AccountID, if condition: BackupCondition
    ) throws(Problem) -> BackupReceipt {
        grows(.posts)
        let before = try tables.row(BackupRow.ofAccount, account)
        // A retry whose answer was lost finds its own bytes.
        if let before, before.entityTag == upload.entityTag, before.id == upload.id,
            before.tokenHash == upload.tokenHash {
            return BackupReceipt(revision: before.revision, updatedAt: before.updatedAt)
        }
        try check(condition, against: before)
        if let other = try tables.row(BackupRow.byID, upload.id), other.account != account {
            throw Problem(.forbidden, "The id belongs to another backup.", field: "id")
        }
        try charge(.rows(before == nil ? 1 : 0, byteCount: upload.blob.count), to: account)
        let row = BackupRow(
            account: account, id: upload.id, tokenHash: upload.tokenHash, revision: (before?.revision ?? 0) + 1,
            updatedAt: now, digest: SHA256.hash(upload.blob), blob: upload.blob)
        try tables.put(row)
        return BackupReceipt(revision: row.revision, updatedAt: row.updatedAt)
    }

    private func check(_ condition: BackupCondition, against row: BackupRow?) throws(Problem) {
        switch (condition, row) {
        case (.absent, nil): return
        case (.tag(let tag), let row?) where row.entityTag == tag: return
        default: throw Problem(.preconditionFailed, "Another device wrote meanwhile: fetch the backup, and try again.")
        }
    }

    /// Forgets the account's backup, if there is one.
    public mutating func removeBackup(of account: AccountID) throws(Problem) {
        try tables.remove(BackupRow.ofAccount, account)
    }

    /// Publishes the next device list on the word of the account's key and the backup's token, for somebody who has
    /// no device left.
    /// - Throws: as ``changeDevices(_:of:by:)``; `not-found` when the backup is gone meanwhile.
    public mutating func recover(
        _ change: VerifiedListChange, with backup: BackupID, _ token: PresentedToken
    ) throws(Problem) -> AccountView {
        grows(.messages)
        let row = try look.backup(backup, token)
        return try changeDevices(change, of: row.account, by: nil)
    }
}

extension Look {
    /// - Throws: `not-found`; `internal-error` when the disk gave back other bytes.
    public func backup(of account: AccountID) throws(Problem) -> BackupRow {
        guard let row = try tables.row(BackupRow.ofAccount, account) else {
            throw Problem(.notFound, "There is no backup.")
        }
        return try undamaged(row)
    }

    /// - Throws: `not-found`, the same for an unknown id and a wrong token; `internal-error` for a damaged one.
    public func backup(_ id: BackupID, _ token: PresentedToken) throws(Problem) -> BackupRow {
        let row = try tables.row(BackupRow.byID, id)
        // Compared in any case, so that time does not tell an id that exists.
        let isRight = ConstantTime.equal(row?.tokenHash ?? [UInt8](repeating: 0, count: 32), token.hash)
        guard let row, isRight else { throw Problem(.notFound, "There is no such backup.") }
        return try undamaged(row)
    }

    /// The backup with the account's present state.
    public func recovery(_ id: BackupID, _ token: PresentedToken) throws(Problem) -> RecoveryView {
        let row = try backup(id, token)
        let account = try accountRow(row.account)
        return RecoveryView(
            backup: StoredBackup(row), account: try self.account(account), nextDevice: account.nextDevice)
    }

    private func undamaged(_ row: BackupRow) throws(Problem) -> BackupRow {
        guard ConstantTime.equal(SHA256.hash(row.blob), row.digest) else {
            throw Problem(.internalError, "The stored backup is damaged. Store it again.")
        }
        return row
    }
}

extension StoredBackup {
    public init(_ row: BackupRow) {
        self.init(id: row.id, revision: row.revision, updatedAt: row.updatedAt, blob: row.blob)
    }
}
