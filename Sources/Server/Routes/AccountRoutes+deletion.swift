import Chat
import Store
import Wire

extension AccountRoutes {
    static let deletion = Route(
        .delete, "/v1/accounts/me", area: "accounts",
        "Delete the account that asks, for good, by the account's signature over a challenge",
        reads: AccountDeletionRequest.schema, problems: [.badSignature]
    ) { (call) throws(Problem) in
        let request = try call.read(AccountDeletionRequest.self)
        let caller = call.device
        let row = try await call.chat.look { (look) throws(Problem) in try look.accountRow(caller.account) }
        let services = call.services
        let verified = try VerifiedDeletion(
            request, by: caller, identity: row.identity, serverName: services.configuration.serverName,
            challenges: services.challenges)
        // No reply is kept under an idempotency key: nobody could ask for it again.
        try await call.chat.commit { (turn) throws(Problem) in try turn.deleteAccount(verified) }
        services.eraseSoon()
        return .nothing()
    }

    /// For the admin listener.
    static let removal: [Route] = [
        Route(
            .delete, "/admin/v1/accounts/{account}", area: "admin",
            "Delete an account for good, as its owner could", access: .none
        ) { (call) throws(Problem) in
            let account: AccountID = try call.place("account")
            try await call.chat.commit { (turn) throws(Problem) in try turn.deleteAccount(account) }
            call.services.eraseSoon()
            return .nothing()
        },
        Route(
            .delete, "/admin/v1/handles/{handle}", area: "admin",
            "Delete the account with that handle for good", access: .none
        ) { (call) throws(Problem) in
            guard let handle = call.places["handle"].flatMap({ Handle(text: $0) }) else {
                throw Problem(.notFound, "There is no such handle.")
            }
            try await call.chat.commit { (turn) throws(Problem) in try turn.deleteAccount(handle: handle) }
            call.services.eraseSoon()
            return .nothing()
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
        if let failure = erasure.failure {
            warning("accounts.erase.failed", [("code", .text(failure.code.rawValue))])
        }
    }
}
