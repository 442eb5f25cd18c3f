import Client
import Wire

extension Verb {
    static let deleteAccount = Verb(
        "delete-account", .account, usage: "delete-account [--yes]",
        "Delete this account at the server, for good; without --yes, say what will go.", words: 0...0,
        options: [.init(name: "--yes", help: "You mean it: nobody can undo this.")]
    ) { (client, arguments, output) in
        guard let (handle, address) = try await client.whoami() else { throw SottoError.notRegistered }
        guard arguments.switches.contains("--yes") else {
            throw UsageError(message: consequences(for: handle))
        }
        try await client.delete()
        output.object("accountDeleted") { (writer) in
            writer.put("handle", handle)
            writer.put("account", address.account)
        }
        output.say("The account \(handle) is deleted. sotto history still shows what this device keeps of it.")
    }

    private static func consequences(for handle: Handle) -> String {
        """
        This deletes the account \(handle) for good; nobody can undo it.
          At once: the account with its devices, keys, waiting messages and backup.
          Within a minute: its files, pictures and reports; it leaves its conversations.
          What stays: what it posted where others are, without its handle; messages on their way to others;
          the entries of the key log, which name nobody. Nobody gets the handle \(handle) again.
          In this folder: the transcript stays readable, the keys are erased.
        If you mean it: sotto delete-account --yes
        """
    }
}
