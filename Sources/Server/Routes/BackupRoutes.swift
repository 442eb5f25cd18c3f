import Chat
import Store
import Wire

/// Sealed backups, and the way back into an account whose devices are gone.
enum BackupRoutes {
    static let all: [Route] = own + recovery

    private static let ifMatch = Route.Parameter(
        name: "If-Match", schema: .text(length: 1...100), summary: "The entity tag of the backup to replace.")
    private static let ifNoneMatch = Route.Parameter(
        name: "If-None-Match", schema: .text(length: 1...100), summary: "`*` when there should be none yet.")
    private static let token = Route.Parameter(
        name: "Backup-Token", schema: .text(length: 43...43),
        summary: "Derived from the recovery key: 43 characters of base64url.")
    /// A blob in base64, and its fields.
    private static let uploadByteCountMax = Limits.backupByteCountMax / 3 * 4 + 4096

    private static let own: [Route] = [
        Route(
            .put, "/v1/backup", area: "recovery", "Store the account's sealed backup in place of the one before",
            headers: [ifMatch, ifNoneMatch], reads: BackupUpload.schema, gives: BackupReceipt.schema,
            problems: [.preconditionRequired, .preconditionFailed, .forbidden], bodyByteCountMax: uploadByteCountMax
        ) { (call) throws(Problem) in
            let condition = try BackupCondition(
                ifMatch: call.headers[ifMatch.name], ifNoneMatch: call.headers[ifNoneMatch.name])
            let upload = try call.read(BackupUpload.self)
            let account = call.device.account
            let tag = upload.entityTag
            var reply = try await call.commit { (turn) throws(Problem) in
                try turn.putBackup(upload, of: account, if: condition)
            }
            reply.headers.append(("ETag", tag))
            return reply
        },
        Route(
            .get, "/v1/backup", area: "recovery", "The account's sealed backup", gives: StoredBackup.schema,
            problems: [.notFound]
        ) { (call) throws(Problem) in
            let account = call.device.account
            let row = try await call.chat.look { (look) throws(Problem) in try look.backup(of: account) }
            var reply = Reply(StoredBackup(row))
            reply.headers.append(("ETag", row.entityTag))
            return reply
        },
        Route(
            .delete, "/v1/backup", area: "recovery", "Forget the account's backup"
        ) { (call) throws(Problem) in
            let account = call.device.account
            return try await call.commitNothing { (turn) throws(Problem) in try turn.removeBackup(of: account) }
        },
    ]

    private static let recovery: [Route] = [
        Route(
            .get, "/v1/backups/{backup}", area: "recovery",
            "A backup with its account's present state, for who has the recovery key", access: .none,
            headers: [token], gives: RecoveryView.schema
        ) { (call) throws(Problem) in
            let (backup, token) = try presented(call)
            let heads = call.services.treeHeads
            return Reply(
                try await call.chat.look { (look) throws(Problem) in
                    var view = try look.recovery(backup, token)
                    view.account = try view.account.proven(in: look, since: nil, heads)
                    return view
                })
        },
        Route(
            .put, "/v1/backups/{backup}/devices", area: "recovery",
            "Publish the next device list with the backup's token and the account's signature", access: .none,
            headers: [token], reads: DeviceListChange.schema, gives: AccountView.schema,
            problems: [.badSignature, .staleDeviceList, .prekeyStale], bodyByteCountMax: 512 * 1024
        ) { (call) throws(Problem) in
            let (backup, token) = try presented(call)
            let change = try call.read(DeviceListChange.self)
            let account = try await call.chat.look { (look) throws(Problem) in
                try look.accountRow(try look.backup(backup, token).account)
            }
            try call.services.limiters.deviceLists.take(account.account, now: call.chat.clock())
            let verified = try VerifiedListChange(change, of: account, now: call.chat.clock())
            let heads = call.services.treeHeads
            return try await call.commit { (turn) throws(Problem) in
                try turn.recover(verified, with: backup, token).proven(in: turn.look, since: nil, heads)
            }
        },
    ]

    /// What the caller shows in place of a login. Counted by address, like logins.
    private static func presented(_ call: Call) throws(Problem) -> (BackupID, PresentedToken) {
        try call.services.limiters.logins.take(call.remoteAddress, now: call.chat.clock())
        guard let backup = call.places["backup"].flatMap({ BackupID(text: $0) }),
            let token = call.headers[Self.token.name].flatMap({ PresentedToken(text: $0) })
        else { throw Problem(.notFound, "There is no such backup.") }
        return (backup, token)
    }
}
