import Client
import Wire

/// Whom this account has met, and whether they are who they seem.
extension SottoCommand {
    static let peopleList = SottoCommand(
        "people list", "List whom this device knows, and whether their keys were compared.",
        examples: ["sotto people"]
    ) { (session) in
        let people = try await session.account.people.all()
        for person in people {
            session.output.print(.person, PersonRecord(person))
            let name = person.handle.map { "@\($0)" } ?? "@\(person.account)"
            session.output.say("\(name)  \(words(for: person.verification))")
        }
        if people.isEmpty { session.output.progress("Nobody yet: sotto send @HANDLE TEXT meets somebody.") }
    }

    static let peopleSafetyNumber = SottoCommand(
        "people safety-number", short: "safety-number", words: [.person],
        "Show sixty digits to compare with the other side: equal means that nobody stands between.",
        examples: ["sotto safety-number @bob"]
    ) { (session) in
        try await showSafetyNumber(of: try await person(session), session)
    }

    static let peopleVerify = SottoCommand(
        "people verify", words: [.person, Word("DIGITS").optional],
        options: [.init(name: "--compared", help: "You have compared them yourself, and they are equal.")],
        "Remember that the safety number of somebody is the one that they see; status 5 where it is not.",
        details: "DIGITS is what the other side shows, in one word, with or without spaces.",
        examples: [
            "sotto people verify @bob \"$(sotto safety-number @alice --data ./bob)\"",
            "sotto people verify @bob --compared",
        ]
    ) { (session) in
        let person = try await person(session)
        let digits = session.typed.words.count > 1 ? session.typed.words[1] : nil
        guard (digits == nil) == session.typed.has("--compared") else {
            throw UsageError(message: "Either DIGITS of the other side, or --compared.")
        }
        if let digits {
            guard digits.count(where: \.isNumber) == 60 else {
                throw UsageError(message: "A safety number is sixty digits; these are not.")
            }
            try await session.account.safety.verify(person, digits: digits)
        } else {
            try await session.account.safety.setVerified(true, person)
        }
        try await showSafetyNumber(of: person, session)
        session.output.say("Remembered as compared.")
    }

    static let peopleUnverify = SottoCommand(
        "people unverify", words: [.person], "Take that back.", examples: ["sotto people unverify @bob"]
    ) { (session) in
        let person = try await person(session)
        try await session.account.safety.setVerified(false, person)
        try await showSafetyNumber(of: person, session)
        session.output.say("Not remembered as compared any more.")
    }

    /// Whom the first word names.
    private static func person(_ session: CommandSession) async throws -> any PersonName {
        let person = try await ChatTarget.find(
            try session.typed.word(0), in: session.account, telling: session.output).person()
        let own = try await session.account.whoami()
        guard let own, [.handle(own.handle), .account(own.account)].contains(person.personReference) else {
            return person
        }
        throw UsageError(message: "That is this account itself: a safety number is of two people.")
    }

    private static func showSafetyNumber(of person: some PersonName, _ session: CommandSession) async throws {
        let output = session.output
        let groups = try await session.account.safety.safetyNumber(with: person).groups
        let verification = try await session.account.safety.verification(of: person)
        output.print(
            .safetyNumber,
            SafetyNumberRecord(groups.joined(), of: person.personReference, verifiedAt: verification.time))
        for line in stride(from: 0, to: groups.count, by: 4) {
            output.say(groups[line..<min(line + 4, groups.count)].joined(separator: " "))
        }
        switch verification {
        case .verified: output.progress("Compared: \(words(for: verification)).")
        case .unverified:
            let name = session.typed.words[0]
            output.progress("Not compared yet: ask for theirs, then sotto people verify \(name) DIGITS.")
        }
    }

    private static func words(for verification: Verification) -> String {
        switch verification {
        case .verified(let time): "verified on \(Timestamp(time).description.prefix(10))"
        case .unverified: "not verified"
        }
    }
}
