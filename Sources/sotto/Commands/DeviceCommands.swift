import Client
import Wire

/// The devices of this account.
extension SottoCommand {
    static let deviceList = SottoCommand(
        "device list", short: "devices", "List this account's devices.", examples: ["sotto devices"]
    ) { (session) in
        let own = try await session.account.whoami()?.address.device
        for device in try await session.account.devices.all() {
            session.output.print(.device, DeviceRecord(device, isThis: device.device == own))
            let seen = device.lastSeenDay.map { "last seen \($0.description.prefix(10))" } ?? "not seen yet"
            session.output.say(
                "device \(device.device)  linked \(device.linkedAt.description.prefix(10))  "
                    + (device.device == own ? "this one" : seen))
        }
    }

    static let deviceRequest = SottoCommand(
        "device request",
        "Ask to become a device of an account that another device has; prints a code for that device.",
        details: "The code is this device's public keys, about 2,400 characters. It is no secret, but must arrive "
            + "unchanged.",
        examples: ["sotto device request --data ./laptop > code"],
        .beginning { (session) in
            let code = try await session.account.devices.requestLink()
            session.output.print(.linkCode, LinkCodeRecord(code))
            session.output.say(code)
            session.output.progress(
                "On a device of the account: sotto device link CODE. Then here: sotto device join REPLY.")
        })

    static let deviceLink = SottoCommand(
        "device link", words: [Word("CODE")],
        "Take the device whose code this is into the account; prints a reply for it. - reads standard input.",
        details: "Only a device with the account's key can do it: the first one, or one that was restored.",
        examples: ["sotto device link - < code > reply"]
    ) { (session) in
        let reply = try await session.account.devices.link(code: try given(session))
        session.output.print(.linked, LinkedRecord(reply))
        session.output.say(reply.description)
        session.output.progress("Linked as device \(reply.address.device). On that device: sotto device join REPLY.")
    }

    static let deviceJoin = SottoCommand(
        "device join", words: [Word("REPLY")],
        "Finish becoming a device of the account that gave this reply. - reads standard input.",
        examples: ["sotto device join - --data ./laptop < reply"]
    ) { (session) in
        guard let reply = LinkReply(text: try given(session)) else { throw SottoError.badCode }
        try await session.account.devices.completeLink(reply)
        try await sayWho(session, .joined)
    }

    /// The first word, or what is on standard input.
    private static func given(_ session: CommandSession) throws(UsageError) -> String {
        let word = try session.typed.word(0)
        return word == "-" ? try Input.everything(byteCountMax: 65_536) : word
    }

    static let deviceUnlink = SottoCommand(
        "device unlink", words: [Word("DEVICE")],
        "Take a device out of the account, such as one that was lost. DEVICE is its number.",
        examples: ["sotto device unlink 2"]
    ) { (session) in
        let word = try session.typed.word(0)
        guard let number = UInt32(word), number >= 1 else {
            throw UsageError(message: "A device is a number, as sotto devices shows it.")
        }
        try await session.account.devices.unlink(DeviceID(number))
        session.output.print(.unlinked, UnlinkedRecord(DeviceID(number)))
        session.output.say("Device \(number) is unlinked.")
    }
}
