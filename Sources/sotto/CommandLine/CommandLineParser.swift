/// What a command line asks for.
enum CommandLineRequest {
    case run(Invocation)
    /// Help, of a command or of all that begin with a noun; `nil` for the program's.
    case help([SottoCommand]?)
    case version
}

/// Takes a command line apart by the table of commands.
///
/// Options may stand anywhere, before a command and between its words. That is possible since an option takes a value
/// wherever it is one, or nowhere.
struct CommandLineParser {
    let commands: [SottoCommand]
    /// Variables of the environment.
    let environment: @Sendable (String) -> String?

    private struct Given {
        let option: String
        let value: String?
    }

    /// - Parameter arguments: without the program's name.
    func parse(_ arguments: [String]) throws(UsageError) -> CommandLineRequest {
        let (words, given) = try taken(arguments)
        let asksForHelp = given.contains { $0.option == "--help" }
        if given.contains(where: { $0.option == "--version" }) { return .version }
        if words.first == "help" { return .help(try commands(named: Array(words.dropFirst()))) }
        if asksForHelp { return .help(try commands(named: words, mayHaveMore: true)) }
        guard !words.isEmpty else { throw UsageError(message: "What to do? See sotto --help.") }
        let (command, rest) = try command(of: words)
        var invocation = Invocation(command: command, words: rest)
        for one in given { try add(one, to: &invocation) }
        try addEnvironment(to: &invocation)
        try check(invocation)
        return .run(invocation)
    }

    /// The words of a command line.
    /// - Parameter words: as the system gives them, without the program's name.
    /// - Throws: where one is not UTF-8: mended, it would name another file, or say something else.
    static func texts(_ words: [[UInt8]]) throws(UsageError) -> [String] {
        var texts: [String] = []
        for (index, word) in words.enumerated() {
            guard let text = String(validating: word, as: UTF8.self) else {
                throw UsageError(message: "Word \(index + 1) of the command line is not UTF-8 text.")
            }
            texts.append(text)
        }
        return texts
    }

    /// Whether records are wanted, also of a command line that is not understood: what is wrong with the options may
    /// be wrong with this one, so that it counts wherever it stands, and with a value.
    func wantsRecords(_ arguments: [String]) -> Bool {
        arguments.contains { $0 == "--json" || $0.hasPrefix("--json=") } || Option.isOn(environment("SOTTO_JSON"))
    }

    // MARK: Words and options

    private func taken(_ arguments: [String]) throws(UsageError) -> (words: [String], given: [Given]) {
        var words: [String] = []
        var given: [Given] = []
        var rest = arguments[...]
        while let typed = rest.popFirst() {
            if typed == "--" {
                words += rest
                break
            }
            // A dash alone is a word: standard input or output.
            guard typed.hasPrefix("-"), typed != "-" else {
                words.append(typed)
                continue
            }
            given.append(try option(typed, &rest))
        }
        return (words, given)
    }

    private func option(_ typed: String, _ rest: inout ArraySlice<String>) throws(UsageError) -> Given {
        let halves = typed.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = every.first(where: { $0.name == halves[0] || $0.letter == halves[0] }) else {
            throw unknown(halves[0], among: every.map(\.name), "There is no option")
        }
        guard let value = option.value else {
            guard halves.count == 1 else { throw UsageError(message: "\(option.name) takes no value.") }
            return Given(option: option.name, value: nil)
        }
        guard let text = halves.count == 2 ? halves[1] : rest.popFirst(), !text.isEmpty else {
            throw UsageError(message: "\(option.name) needs its \(value).")
        }
        return Given(option: option.name, value: text)
    }

    /// The options of all commands.
    private var every: [Option] { Option.common + commands.flatMap(\.options) }

    private func add(_ given: Given, to invocation: inout Invocation) throws(UsageError) {
        let own = Option.common + invocation.command.options
        guard own.contains(where: { $0.name == given.option }) else {
            throw unknown(given.option, among: own.map(\.name), "sotto \(invocation.command.name) has no option")
        }
        guard invocation.values[given.option] == nil, !invocation.switches.contains(given.option) else {
            throw UsageError(message: "\(given.option) is given twice.")
        }
        if let value = given.value {
            invocation.values[given.option] = value
        } else {
            invocation.switches.insert(given.option)
        }
    }

    private func addEnvironment(to invocation: inout Invocation) throws(UsageError) {
        for option in Option.common + invocation.command.options {
            guard let variable = option.variable, let text = environment(variable), !text.isEmpty else { continue }
            if option.value != nil {
                if invocation.values[option.name] == nil { invocation.values[option.name] = text }
            } else if Option.isOn(text) {
                invocation.switches.insert(option.name)
            }
        }
    }

    private func check(_ invocation: Invocation) throws(UsageError) {
        let command = invocation.command
        guard command.wordCounts.contains(invocation.words.count) else {
            // A noun that is a command itself takes a verb that is none for its word.
            let verbs = commands.filter { $0.noun == command.name && $0.path.count > 1 }.map { $0.path[1] }
            if !verbs.isEmpty, let word = invocation.words.first, nearest(to: word, among: verbs) != nil {
                throw unknown(word, among: verbs, "sotto \(command.name) has no")
            }
            throw invocation.misused
        }
        let given = invocation.switches.union(invocation.values.keys)
        for option in command.options where given.contains(option.name) {
            if let other = option.excludes.first(where: given.contains) {
                throw UsageError(message: "\(option.name) and \(other) do not go together.")
            }
            if let needed = option.needs, !given.contains(needed) {
                throw UsageError(message: "\(option.name) says something about \(needed), which is not given.")
            }
        }
    }

    // MARK: Commands

    /// The command that the words begin with, and the words behind its name.
    private func command(of words: [String]) throws(UsageError) -> (SottoCommand, [String]) {
        if words.count > 1, let command = commands.first(where: { $0.path == Array(words[..<2]) }) {
            return (command, Array(words[2...]))
        }
        if let command = commands.first(where: { $0.path == [words[0]] || $0.short == words[0] }) {
            return (command, Array(words[1...]))
        }
        let ofNoun = commands.filter { $0.noun == words[0] }
        guard !ofNoun.isEmpty else {
            throw unknown(words[0], among: commands.flatMap { [$0.noun, $0.short].compactMap(\.self) }, "There is no")
        }
        let verbs = ofNoun.filter { $0.path.count > 1 }.map { $0.path[1] }
        if words.count > 1 { throw unknown(words[1], among: verbs, "sotto \(words[0]) has no") }
        // A noun alone shows what there is.
        guard let command = ofNoun.first(where: { $0.path[1] == "list" || $0.path[1] == "show" }) else {
            throw UsageError(message: "Which one: \(verbs.joined(separator: ", "))? See sotto help \(words[0]).")
        }
        return (command, [])
    }

    /// What help is asked of; `nil` for the program's.
    /// - Parameter mayHaveMore: whether words may stand behind the name of a command.
    private func commands(named words: [String], mayHaveMore: Bool = false) throws(UsageError) -> [SottoCommand]? {
        guard !words.isEmpty else { return nil }
        let ofNoun = commands.filter { $0.noun == words[0] }
        if words.count == 1, ofNoun.count > 1 { return ofNoun }
        let (command, rest) = try command(of: words)
        guard mayHaveMore || rest.isEmpty else {
            throw UsageError(message: "Help of what? Such as: sotto help chat send.")
        }
        return [command]
    }

    // MARK: What was meant

    private func unknown(_ typed: String, among names: [String], _ refusal: String) -> UsageError {
        let hint = nearest(to: typed, among: names).map { " Did you mean \($0)?" }
        return UsageError(message: "\(refusal) \(Output.oneLine(typed)).\(hint ?? "") See sotto --help.")
    }

    /// The only name that begins with a word, or else the nearest, where one is near.
    private func nearest(to typed: String, among names: [String]) -> String? {
        let begun = Set(names.filter { typed.count > 1 && $0.utf8.starts(with: typed.utf8) })
        if begun.count == 1 { return begun.first }
        let nearest = names.map { (name: $0, distance: distance(typed, $0)) }.min { $0.distance < $1.distance }
        return nearest.flatMap { $0.distance <= max(1, typed.count / 3) ? $0.name : nil }
    }

    /// How many letters have to be put in, left out, changed or swapped with the next to make one word of the other.
    private func distance(_ left: String, _ right: String) -> Int {
        // Nobody means a name by a word this long.
        guard left.utf8.count <= 64 else { return Int.max }
        let (left, right) = (Array(left), Array(right))
        var (before, row): ([Int], [Int]) = ([], Array(0...right.count))
        for (index, letter) in left.enumerated() {
            var next = [index + 1]
            for place in right.indices {
                let changed = row[place] + (letter == right[place] ? 0 : 1)
                var least = min(changed, row[place + 1] + 1, next[place] + 1)
                if index > 0, place > 0, letter == right[place - 1], left[index - 1] == right[place] {
                    least = min(least, before[place - 1] + 1)
                }
                next.append(least)
            }
            (before, row) = (row, next)
        }
        return row[right.count]
    }
}
