import Client
import Wire

extension Verb {
    static func backup(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        switch arguments.words.first ?? "status" {
        case "status": try await status(client, output)
        case "create": try await create(client, arguments.switches.contains("--replace"), output)
        case "update":
            let isNew = try await client.updateBackup()
            output.object("backupUpdated") { $0.put("changed", flag: isNew) }
            output.say(isNew ? "The backup is stored." : "The backup is up to date.")
        case "delete":
            try await client.deleteBackup()
            output.object("backupDeleted") { _ in }
            output.say("The backup is deleted. Its recovery key opens nothing any more.")
        default: throw UsageError(message: "Usage: sotto \(Verb.backup.usage)")
        }
    }

    private static func status(_ client: Client, _ output: Output) async throws {
        guard let receipt = try await client.backupReceipt() else {
            output.object("noBackup") { _ in }
            return output.say("There is no backup. Make one: sotto backup create.")
        }
        output.object("backup") { receipt.write(fields: &$0) }
        output.say("Backup \(receipt.revision), stored \(receipt.updatedAt.description.prefix(16)).")
    }

    private static func create(_ client: Client, _ isReplacing: Bool, _ output: Output) async throws {
        let key = try await client.createBackup(replacing: isReplacing)
        output.object("recoveryKey") { $0.put("key", text: key) }
        output.say(key)
        output.progress("Write it down: whoever has it has the account. sotto restore KEY brings it back.")
    }

    static func restore(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        let word = arguments.words[0]
        let key = word == "-" ? try Input.everything(byteCountMax: 1024) : word
        let others = try await client.restore(
            recoveryKey: key, unlinkingOthers: arguments.switches.contains("--unlink-others"))
        try await sayWho(client, "restored", output)
        if others > 0 {
            output.progress("The account has \(others) other device(s): sotto devices list; unlink what is lost.")
        }
    }
}
