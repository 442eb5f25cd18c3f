import Client
import Wire

/// When every device is lost: a sealed backup, and the key that opens it.
extension SottoCommand {
    static let backupShow = SottoCommand(
        "backup show", "Say whether there is a backup of this account at the server.",
        examples: ["sotto backup show"]
    ) { (session) in
        guard let receipt = try await session.account.recovery.backupReceipt() else {
            session.output.print(.noBackup)
            return session.output.note("There is no backup. Make one: sotto backup create.")
        }
        session.output.print(.backup, receipt)
        session.output.say("Backup \(receipt.revision), stored \(receipt.updatedAt.description.prefix(16)).")
    }

    static let backupCreate = SottoCommand(
        "backup create",
        options: [.init(name: "--replace", help: "Take the place of a backup that another device or key has made.")],
        "Keep a sealed backup of this account at the server; prints its recovery key.",
        details: "It holds the account's keys and whom it knows, no messages, and follows the account at each connect. "
            + "The key belongs on paper: whoever has it has the account.",
        examples: ["sotto backup create > recovery-key"]
    ) { (session) in
        let key = try await session.account.recovery.createBackup(replacing: session.typed.has("--replace"))
        session.output.print(.recoveryKey, RecoveryKeyRecord(key))
        session.output.say(key)
        session.output.progress("Write it down: whoever has it has the account. sotto restore brings it back.")
    }

    static let backupUpdate = SottoCommand(
        "backup update", "Store the backup anew, if anything has changed since.",
        examples: ["sotto backup update"]
    ) { (session) in
        let isNew = try await session.account.recovery.updateBackup()
        session.output.print(.backupUpdated, BackupUpdatedRecord(isChanged: isNew))
        session.output.say(isNew ? "The backup is stored." : "The backup is up to date.")
    }

    static let backupDelete = SottoCommand(
        "backup delete", "Delete the backup; its recovery key opens nothing any more.",
        examples: ["sotto backup delete"]
    ) { (session) in
        let recovery = session.account.recovery
        let isThere = try await recovery.backupReceipt() != nil
        // Also where none is there: what this device remembers of one goes.
        try await recovery.deleteBackup()
        guard isThere else {
            session.output.print(.noBackup)
            return session.output.note("There is no backup: there was nothing to delete.")
        }
        session.output.print(.backupDeleted)
        session.output.say("The backup is deleted. Its recovery key opens nothing any more.")
    }

    static let backupRestore = SottoCommand(
        "backup restore", short: "restore",
        options: [
            .init(name: "--key-file", value: "FILE", help: "The recovery key is its first line; - reads it."),
            .init(name: "--unlink-others", help: "The account's other devices are lost: unlink them."),
        ],
        "Make this a new device of the account whose recovery key you have.",
        details: "Without --key-file the key is asked on the terminal, or read from standard input.",
        examples: ["sotto restore --key-file recovery-key --data ./new"],
        .beginning { (session) in
            let key = try Secret.read(
                from: session.typed.values["--key-file"], asking: "Recovery key",
                else: "Which recovery key? It is read from --key-file FILE, or from standard input.")
            let others = try await session.account.recovery.restore(
                recoveryKey: key, unlinkingOthers: session.typed.has("--unlink-others"))
            try await sayWho(session, .restored)
            if others > 0 {
                session.output.progress(
                    "The account has \(others) other device(s): sotto devices; unlink what is lost.")
            }
        })
}
