import Client
import Wire

extension Verb {
    static let backup = Verb(
        "backup", .account, usage: "backup [status | create [--replace] | update | delete]",
        "Keep a sealed backup of this account at the server; `create` prints the recovery key.", words: 0...1,
        options: [
            .init(name: "--replace", help: "Take the place of a backup that another device or key has made.")
        ]
    ) { (client, arguments, output) in
        switch arguments.words.first ?? "status" {
        case "status": try await status(client, output)
        case "create": try await create(client, arguments.switches.contains("--replace"), output)
        case "update":
            let isNew = try await client.recovery.updateBackup()
            output.object("backupUpdated") { $0.put("changed", flag: isNew) }
            output.say(isNew ? "The backup is stored." : "The backup is up to date.")
        case "delete":
            try await client.recovery.deleteBackup()
            output.object("backupDeleted") { _ in }
            output.say("The backup is deleted. Its recovery key opens nothing any more.")
        default: throw arguments.misused
        }
    }

    private static func status(_ client: Account, _ output: Output) async throws {
        guard let receipt = try await client.recovery.backupReceipt() else {
            output.object("noBackup") { _ in }
            return output.say("There is no backup. Make one: sotto backup create.")
        }
        output.object("backup") { receipt.write(fields: &$0) }
        output.say("Backup \(receipt.revision), stored \(receipt.updatedAt.description.prefix(16)).")
    }

    private static func create(_ client: Account, _ isReplacing: Bool, _ output: Output) async throws {
        let key = try await client.recovery.createBackup(replacing: isReplacing)
        output.object("recoveryKey") { $0.put("key", text: key) }
        output.say(key)
        output.progress("Write it down: whoever has it has the account. sotto restore KEY brings it back.")
    }

    static let restore = Verb(
        "restore", .account, usage: "restore KEY [--unlink-others]",
        "Make this a new device of the account whose recovery key this is; KEY `-` reads standard input.",
        words: 1...1,
        options: [.init(name: "--unlink-others", help: "The account's other devices are lost: unlink them.")],
        begins: { (_) in true }
    ) { (client, arguments, output) in
        let word = arguments.words[0]
        let key = word == "-" ? try Input.everything(byteCountMax: 1024) : word
        let others = try await client.recovery.restore(
            recoveryKey: key, unlinkingOthers: arguments.switches.contains("--unlink-others"))
        try await sayWho(client, "restored", output)
        if others > 0 {
            output.progress("The account has \(others) other device(s): sotto devices list; unlink what is lost.")
        }
    }
}
