import Client
import Wire

/// Beginning: an account, or a login.
extension Verb {
    static let register = Verb(
        "register", .account, usage: "register HANDLE [--invite CODE]",
        "Create an account with this as its first device.", words: 1...1,
        options: [.init(name: "--invite", value: "CODE", help: "Where the server registers by invitation.")],
        begins: { (_) in true }
    ) { (client, arguments, output) in
        let handle = try handle(arguments.words[0])
        output.progress("Making keys …")
        try await client.register(handle: handle, invite: arguments.values["--invite"])
        try await sayWho(client, "registered", output)
    }

    static let login = Verb(
        "login", .account, usage: "login [REPLY]",
        "Log in with this device's key; with the REPLY of `devices link`, finish linking this device.", words: 0...1
    ) { (client, arguments, output) in
        if let text = arguments.words.first {
            guard let reply = LinkReply(text: text) else { throw SottoError.badCode }
            try await client.devices.completeLink(reply)
        } else {
            try await client.logIn()
        }
        try await sayWho(client, "loggedIn", output)
    }

    static func sayWho(_ client: Account, _ event: String, _ output: Output) async throws {
        guard let (handle, address) = try await client.whoami() else { throw SottoError.notRegistered }
        output.object(event) { (writer) in
            writer.put("handle", handle)
            writer.put("account", address.account)
            writer.put("device", address.device)
        }
        output.say("You are \(handle), on device \(address.device).")
    }

    static func handle(_ text: String) throws(UsageError) -> Handle {
        guard let handle = Handle(text: text) else {
            let rule = "3 to 32 of a-z, 0-9, '.', '_', '-', a letter first"
            throw UsageError(message: "“\(Output.harmless(text))” is not a handle: \(rule).")
        }
        return handle
    }
}
