import Client
import Wire

/// What opens a backup.
struct RecoveryKeyRecord: PrintedRecord, Equatable {
    var recoveryKey: String

    init(_ recoveryKey: String) { self.recoveryKey = recoveryKey }

    init(fields: inout Fields<Self>) throws(WireError) {
        recoveryKey = try fields.words("recoveryKey", \.recoveryKey)
    }

    static var notes: [String: String] { ["recoveryKey": "a secret: whoever has it has the account"] }
}

extension RecordKind where Value == RecoveryKeyRecord {
    static var recoveryKey: Self { .init("a backup was made, which this key opens") }
}

extension RecordKind where Value == BackupReceipt {
    static var backup: Self { .init("the server has a backup of this account") }
}

/// A backup that was brought up to date.
struct BackupUpdatedRecord: PrintedRecord, Equatable {
    var isChanged: Bool

    init(isChanged: Bool) { self.isChanged = isChanged }

    init(fields: inout Fields<Self>) throws(WireError) {
        isChanged = try fields.flag("changed", \.isChanged)
    }

    static var notes: [String: String] { ["changed": "something was new, and is stored now"] }
}

extension RecordKind where Value == BackupUpdatedRecord {
    static var backupUpdated: Self { .init("the backup is up to date") }
}

extension RecordKind where Value == EmptyRecord {
    static var backupDeleted: Self { .init("the backup is deleted, and its key opens nothing any more") }
    static var noBackup: Self { .init("the server has no backup of this account") }
}
