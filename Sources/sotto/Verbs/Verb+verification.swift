import Client
import Wire

extension Verb {
    static let safetyNumber = Verb(
        "safety-number", .account,
        usage: "safety-number HANDLE [--compare DIGITS | --verified | --not-verified]",
        "Sixty digits to compare with the other side: equal means that nobody stands between.", words: 1...1,
        options: [
            .init(name: "--compare", value: "DIGITS", help: "What the other side shows: equal means verified."),
            .init(name: "--verified", help: "You have compared them, and they are equal."),
            .init(name: "--not-verified", help: "Take that back."),
        ]
    ) { (client, arguments, output) in
        let handle = try handle(arguments.words[0])
        let wishes = arguments.switches.intersection(["--verified", "--not-verified"])
        guard wishes.count + (arguments.values["--compare"] == nil ? 0 : 1) <= 1 else {
            throw arguments.misused
        }
        if let digits = arguments.values["--compare"] { try await client.safety.verify(handle, digits: digits) }
        if wishes.contains("--verified") { try await client.safety.setVerified(true, handle) }
        if wishes.contains("--not-verified") { try await client.safety.setVerified(false, handle) }
        let groups = try await client.safety.safetyNumber(with: handle).groups
        let verification = try await client.safety.verification(of: handle)
        output.object("safetyNumber") { (writer) in
            writer.put("handle", handle)
            writer.put("digits", text: groups.joined())
            writer.put("verified", flag: verification != .unverified)
            if case .verified(let time) = verification { writer.put("verifiedAt", Timestamp(time)) }
        }
        for line in stride(from: 0, to: groups.count, by: 4) {
            output.say(groups[line..<min(line + 4, groups.count)].joined(separator: " "))
        }
        switch verification {
        case .verified(let time): output.say("Verified on \(Timestamp(time).description.prefix(10)).")
        case .unverified: output.progress("Not verified yet: ask \(handle) for theirs, then --compare \"DIGITS\".")
        }
    }
}
