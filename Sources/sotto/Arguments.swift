import Client

/// Why a command line is not understood, with what to do. Ends the program with status 2.
struct UsageError: Error {
    let message: String
}

/// A command line, taken apart: the verb, its words, and the options that every verb has.
struct Arguments {
    var verb: Verb
    var words: [String] = []
    var switches: Set<String> = []
    var values: [String: String] = [:]

    /// An option and, unless it is a switch, what its value is called.
    struct Option {
        let name: String
        var value: String?
        let help: String
    }

    /// For words that the verb does not understand.
    var misused: UsageError { verb.misused }

    static let common: [Option] = [
        Option(name: "--server", value: "URL", help: "The server; needed to register and to link. [SOTTO_SERVER]"),
        Option(name: "--data", value: "FOLDER", help: "Where this account is kept. [SOTTO_CLIENT_DATA]"),
        Option(name: "--passphrase-file", value: "FILE", help: "Seals the folder; its first line is the passphrase."),
        Option(name: "--ca", value: "FILE", help: "Trust the certificates in this PEM file, and no others."),
        Option(name: "--server-name", value: "NAME", help: "How the server must call itself; else its host."),
        Option(name: "--insecure-http", help: "Let http go beyond this machine, where something else protects it."),
        Option(name: "--show-sender", help: "Tell the server who sends, also where the recipient lets it be hidden."),
        Option(name: "--json", help: "One JSON object a line, with stable fields."),
        Option(name: "--help", help: "Print this."),
    ]

    /// - Parameter arguments: without the program's name.
    /// - Returns: `nil` when only general help is asked for.
    static func read(_ arguments: [String]) throws(UsageError) -> Arguments? {
        let arguments = verbFirst(arguments)
        guard let first = arguments.first else { throw UsageError(message: "What to do? See sotto --help.") }
        if ["--help", "-h", "help", "--version"].contains(first) {
            guard arguments.count == 1, first != "--version" else {
                throw UsageError(message: "\(first) stands alone: leave the rest out. See sotto --help.")
            }
            return nil
        }
        guard let verb = Verb.named(first) else {
            throw UsageError(message: "There is no verb \(first). See sotto --help.")
        }
        var read = Arguments(verb: verb)
        var rest = arguments.dropFirst()
        var areWordsOnly = false
        while let typed = rest.popFirst() {
            let argument = typed == "-o" && !areWordsOnly ? "--output" : typed
            if !areWordsOnly, argument == "--" {
                areWordsOnly = true
            } else if areWordsOnly || !argument.hasPrefix("--") {
                read.words.append(argument)
            } else {
                try read.take(argument, &rest)
            }
        }
        if !read.switches.contains("--help"), !verb.words.contains(read.words.count) {
            throw verb.misused
        }
        return read
    }

    /// The options that every verb has may stand before it: they are moved behind.
    private static func verbFirst(_ arguments: [String]) -> [String] {
        var index = 0
        while index < arguments.count, let option = common.first(where: { arguments[index].hasPrefix($0.name) }),
            option.name != "--help"
        {
            index += option.value != nil && arguments[index] == option.name ? 2 : 1
        }
        guard index > 0, index < arguments.count else { return arguments }
        return [arguments[index]] + arguments[..<index] + arguments[(index + 1)...]
    }

    private mutating func take(_ argument: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = (Self.common + verb.options).first(where: { $0.name == halves[0] }) else {
            let name = "sotto \(verb.name)"
            throw UsageError(message: "\(name) has no option \(halves[0]). See \(name) --help.")
        }
        guard let value = option.value else {
            guard halves.count == 1 else { throw UsageError(message: "\(option.name) takes no value.") }
            switches.insert(option.name)
            return
        }
        guard let text = halves.count == 2 ? halves[1] : rest.popFirst(), !text.isEmpty else {
            throw UsageError(message: "\(option.name) needs its \(value).")
        }
        values[option.name] = text
    }

    /// The value of an option that says how long, in seconds: a number, and `s`, `m`, `h` or `d` behind it.
    func duration(_ name: String) throws(UsageError) -> Duration? {
        guard let text = values[name] else { return nil }
        let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = UInt64(text.dropLast()),
            case (let seconds, false) = number.multipliedReportingOverflow(by: unit)
        else { throw UsageError(message: "\(name) takes a time such as 30s, 5m, 1h or 7d, not “\(text)”.") }
        return .seconds(Int64(clamping: seconds))
    }

    /// The value of a numeric option.
    func number(_ name: String) throws(UsageError) -> UInt64? {
        guard let text = values[name] else { return nil }
        guard let number = UInt64(text) else { throw UsageError(message: "\(name) takes a number, not “\(text)”.") }
        return number
    }
}
