import Client
import Wire

extension Verb {
    static func safetyNumber(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        let handle = try handle(arguments.words[0])
        let wishes = arguments.switches.intersection(["--verified", "--not-verified"])
        guard wishes.count + (arguments.values["--compare"] == nil ? 0 : 1) <= 1 else {
            throw UsageError(message: "Usage: sotto \(Verb.safetyNumber.usage)")
        }
        if let digits = arguments.values["--compare"] { try await client.verify(handle, digits: digits) }
        if wishes.contains("--verified") { try await client.setVerified(true, handle) }
        if wishes.contains("--not-verified") { try await client.setVerified(false, handle) }
        let groups = try await client.safetyNumberGroups(with: handle)
        let verification = try await client.verification(of: handle)
        output.object("safetyNumber") { (writer) in
            writer.put("handle", handle)
            writer.put("digits", text: groups.joined())
            writer.put("verified", flag: verification != .unverified)
            if case .verified(let time) = verification { writer.put("verifiedAt", time) }
        }
        for line in stride(from: 0, to: groups.count, by: 4) {
            output.say(groups[line..<min(line + 4, groups.count)].joined(separator: " "))
        }
        switch verification {
        case .verified(let time): output.say("Verified on \(time.description.prefix(10)).")
        case .unverified: output.progress("Not verified yet: ask \(handle) for theirs, then --compare \"DIGITS\".")
        }
    }
}
