import Client
import Wire

extension Verb {
    static let devices = Verb(
        "devices", .account, usage: "devices [list | request | link CODE | unlink NUMBER]",
        "List this account's devices, or change them.", words: 0...2, begins: { $0 == ["request"] }
    ) { (client, arguments, output) in
        let words = arguments.words
        switch (words.first ?? "list", words.count) {
        case ("list", 0...1): try await list(client, output)
        case ("request", 1): try await request(client, output)
        case ("link", 2): try await link(client, words[1], output)
        case ("unlink", 2): try await unlink(client, words[1], output)
        default: throw arguments.misused
        }
    }

    private static func list(_ client: Account, _ output: Output) async throws {
        let own = try await client.whoami()?.address.device
        for device in try await client.devices.all() {
            output.object("device") { (writer) in
                device.write(fields: &writer)
                writer.put("isThis", flag: device.device == own)
            }
            let mark = device.device == own ? "  (this one)" : ""
            let seen = device.lastSeenDay.map { "last seen \($0.description.prefix(10))" } ?? "not seen yet"
            output.say("device \(device.device)  linked \(device.linkedAt.description.prefix(10))  \(seen)\(mark)")
        }
    }

    private static func request(_ client: Account, _ output: Output) async throws {
        let code = try await client.devices.requestLink()
        output.object("linkCode") { $0.put("code", text: code) }
        output.say(code)
        output.progress("On a device of the account: sotto devices link CODE. Then here: sotto login REPLY.")
    }

    private static func link(_ client: Account, _ code: String, _ output: Output) async throws {
        let reply = try await client.devices.link(code: code)
        output.object("linked") { (writer) in
            writer.put("device", reply.address.device)
            writer.put("reply", text: reply.description)
        }
        output.say(reply.description)
        output.progress("Linked as device \(reply.address.device). On that device: sotto login REPLY.")
    }

    private static func unlink(_ client: Account, _ number: String, _ output: Output) async throws {
        guard let number = UInt32(number), number >= 1 else {
            throw UsageError(message: "A device is a number, as sotto devices shows it.")
        }
        try await client.devices.unlink(DeviceID(number))
        output.object("unlinked") { $0.put("device", number: UInt64(number)) }
        output.say("Device \(number) is unlinked.")
    }
}
