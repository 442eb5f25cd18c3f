// Sealed backups, and the way back into an account whose devices are gone. docs/protocol/recovery.md

private let area = "recovery"

extension Endpoints {
    /// Fields of the head.
    public static let ifMatch = Parameter("If-Match", length: 1...100, "The entity tag of the backup to replace.")
    public static let ifNoneMatch = Parameter("If-None-Match", length: 1...100, "`*` when there should be none yet.")
    public static let backupToken = Parameter(
        "Backup-Token", length: 43...43, "Derived from the recovery key: 43 characters of base64url.")

    /// A blob in base64, and its fields.
    private static let uploadByteCountMax = Limits.backupByteCountMax / 3 * 4 + 4096

    public static let putBackup = Endpoint(
        .put, "/v1/backup", area: area, "Store the account's sealed backup in place of the one before",
        allows: .all, home: .caller, headers: [ifMatch.facts, ifNoneMatch.facts], reads: BackupUpload.self,
        gives: BackupReceipt.self, answers: [AnswerFields.entityTag],
        problems: [.preconditionRequired, .preconditionFailed, .forbidden], bodyByteCountMax: uploadByteCountMax)

    public static let backup = Endpoint(
        .get, "/v1/backup", area: area, "The account's sealed backup",
        allows: .all, home: .caller, gives: StoredBackup.self, problems: [.notFound])

    public static let removeBackup = Endpoint(
        .delete, "/v1/backup", area: area, "Forget the account's backup", allows: .all, home: .caller)

    public static let recovery = Endpoint(
        .get, "/v1/backups/{backup}", BackupID.self, area: area,
        "A backup with its account's present state, for who has the recovery key",
        access: .capability, allows: .all, home: .directory, buckets: [.logins], headers: [backupToken.facts.required],
        gives: RecoveryView.self)

    public static let recoverDevices = Endpoint(
        .put, "/v1/backups/{backup}/devices", BackupID.self, area: area,
        "Publish the next device list with the backup's token and the account's signature",
        access: .capability, allows: .all, home: .directory, buckets: [.logins, .deviceLists],
        headers: [backupToken.facts.required], reads: DeviceListChange.self, gives: AccountView.self,
        problems: [.badSignature, .staleDeviceList, .prekeyStale], bodyByteCountMax: 512 * 1024)
}
