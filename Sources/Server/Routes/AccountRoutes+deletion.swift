import Chat
import Store
import Wire

extension AccountRoutes {
    static let deletion = Route(Endpoints.deleteAccount) { (call, request) throws(Problem) in
        let caller = call.device
        let row = try await call.look { (look) throws(Problem) in try look.accountRow(caller.account) }
        let services = call.services
        let verified = try VerifiedDeletion(
            request, by: caller, identity: row.identity, serverName: services.configuration.serverName,
            challenges: services.challenges)
        let nothing = try await call.commit { (turn) throws(Problem) in try turn.deleteAccount(verified) }
        services.eraseSoon()
        return nothing
    }

    /// For the admin listener.
    static let admin: [Route] = [
        Route(Endpoints.removeAccount) { (call, account) throws(Problem) in
            let nothing = try await call.commit { (turn) throws(Problem) in try turn.deleteAccount(account) }
            call.services.eraseSoon()
            return nothing
        },
        Route(Endpoints.removeHandle) { (call, handle) throws(Problem) in
            let nothing = try await call.commit { (turn) throws(Problem) in try turn.deleteAccount(handle: handle) }
            call.services.eraseSoon()
            return nothing
        },
    ]
}

extension Services {
    /// Begins with what a deleted account has left, without waiting for it. The media sweeper is its parent in
    /// spirit: it goes on with what did not end.
    func eraseSoon() {
        let (eraser, log) = (eraser, log)
        Task { log.note(await eraser.work()) }
    }
}

extension Log {
    /// Says what became of deleted accounts, without naming them.
    func note(_ erasure: AccountEraser.Outcome) {
        if erasure.finishedCount > 0 { info("accounts.erased", [("accounts", .number(UInt64(erasure.finishedCount)))]) }
        if let failure = erasure.failure { failed("accounts.erase.failed", failure) }
        if erasure.isCutShort { info("accounts.erase.later") }
    }
}
