import Chat
import Store
import Wire

/// Sealed backups, and the way back into an account whose devices are gone.
enum BackupRoutes {
    static let all: [Route] = own + recovery

    private static let own: [Route] = [
        Route(Endpoints.putBackup) { (call, upload) throws(Problem) in
            let condition = try BackupCondition(
                ifMatch: call.header(Endpoints.ifMatch), ifNoneMatch: call.header(Endpoints.ifNoneMatch))
            let account = call.account
            let receipt = try await call.commit { (turn) throws(Problem) in
                try turn.putBackup(upload, of: account, if: condition)
            }
            call.answerHeaders.append("ETag", upload.entityTag)
            return receipt
        },
        Route(Endpoints.backup) { (call) throws(Problem) in
            let account = call.account
            let row = try await call.look { (look) throws(Problem) in try look.backup(of: account) }
            call.answerHeaders.append("ETag", row.entityTag)
            return StoredBackup(row)
        }.answering(byteCountMax: Limits.backupByteCountMax),
        Route(Endpoints.removeBackup) { (call) throws(Problem) in
            let account = call.account
            return try await call.commit { (turn) throws(Problem) in try turn.removeBackup(of: account) }
        },
    ]

    private static let recovery: [Route] = [
        Route(Endpoints.recovery) { (call, backup) throws(Problem) in
            let (token, heads) = (try token(call), call.services.treeHeads)
            return try await call.look { (look) throws(Problem) in
                var view = try look.recovery(backup, token)
                view.account = try view.account.proven(in: look, since: nil, heads)
                return view
            }
        }.answering(byteCountMax: Limits.backupByteCountMax),
        Route(Endpoints.recoverDevices) { (call, change, backup) throws(Problem) in
            let (token, heads) = (try token(call), call.services.treeHeads)
            let account = try await call.look { (look) throws(Problem) in
                try look.accountRow(try look.backup(backup, token).account)
            }
            try call.takeFromBuckets(ofAdmitted: account.account)
            let verified = try VerifiedListChange(change, of: account, now: call.chat.clock())
            return try await call.commit { (turn) throws(Problem) in
                try turn.recover(verified, with: backup, token).proven(in: turn.look, since: nil, heads)
            }
        },
    ]

    /// What the caller shows in place of a login.
    private static func token(_ call: Call) throws(Problem) -> PresentedToken {
        guard let token = call.header(Endpoints.backupToken).flatMap({ PresentedToken(text: $0) }) else {
            throw Problem(.notFound, "There is no such backup.")
        }
        return token
    }
}
