import Client
import Wire

/// The account of this folder: beginning, showing and deleting it.
extension SottoCommand {
    static let accountRegister = SottoCommand(
        "account register", short: "register", words: [Word("HANDLE")],
        options: [
            .init(
                name: "--invite", value: "CODE", help: "Where the server registers by invitation.",
                excludes: ["--invite-file"]),
            .init(name: "--invite-file", value: "FILE", help: "The same, as the first line of a file; - reads it."),
        ],
        "Create an account with this as its first device.",
        examples: ["sotto register carol --data ./carol"],
        check: { (typed) throws(UsageError) in _ = try ChatTarget.handle(try typed.word(0)) },
        .beginning { (session) in
            let (account, typed, output) = (session.account, session.typed, session.output)
            let handle = try ChatTarget.handle(try typed.word(0))
            var invite = typed.values["--invite"]
            if let path = typed.values["--invite-file"] {
                invite = try Secret.read(from: path, asking: "Invite", else: "The invite is empty.")
            }
            output.progress("Making keys …")
            try await account.register(handle: handle, invite: invite)
            try await sayWho(session, .registered)
        })

    static let accountLogIn = SottoCommand(
        "account login", short: "login",
        "Log in with this device's key; commands do it by themselves when they need it.",
        examples: ["sotto login"]
    ) { (session) in
        try await session.account.logIn()
        try await sayWho(session, .loggedIn)
    }

    static let accountShow = SottoCommand(
        "account show", short: "whoami",
        "Say whose account this folder has, and which of its devices this is.",
        examples: ["sotto whoami"]
    ) { (session) in
        try await sayWho(session, .account)
    }

    static func sayWho(_ session: CommandSession, _ event: RecordKind<AccountRecord>) async throws {
        guard let own = try await session.account.whoami() else { throw SottoError.notRegistered }
        session.output.print(event, AccountRecord(own))
        session.output.say("You are @\(own.handle), on device \(own.device).")
    }

    static let accountDelete = SottoCommand(
        "account delete",
        options: [.init(name: "--yes", help: "You mean it: nobody can undo this.")],
        "Delete this account at the server, for good; without --yes, say what will go.",
        details: "Only a device with the account's key can do it. `chats` and `history` still show what was said.",
        examples: ["sotto account delete --yes --data ./carol"]
    ) { (session) in
        guard let own = try await session.account.whoami() else { throw SottoError.notRegistered }
        guard session.typed.has("--yes") else { throw UsageError(message: consequences(for: own.handle)) }
        try await session.account.delete()
        session.output.print(.accountDeleted, AccountDeletedRecord(own.handle, own.account))
        session.output.say(
            "The account @\(own.handle) is deleted. sotto history still shows what this device keeps of it.")
    }

    private static func consequences(for handle: Handle) -> String {
        """
        This deletes the account @\(handle) for good; nobody can undo it.
          At once: the account with its devices, keys, waiting messages and backup.
          Within a minute: its files, pictures and reports; it leaves its conversations.
          What stays: what it posted where others are, without its handle; messages on their way to others;
          the entries of the key log, which name nobody. Nobody gets the handle \(handle) again.
          In this folder: the transcript stays readable, the keys are erased.
        If you mean it: sotto account delete --yes
        """
    }
}
