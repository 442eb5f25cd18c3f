import Client

/// Completes what is typed after `sotto` in a shell: nouns, verbs, short forms, options, and the names of files.
/// Printed from the table of commands.
enum CompletionScript: String, CaseIterable {
    case bash, zsh, fish

    var text: String {
        switch self {
        case .bash: Self.bashText
        case .zsh: Self.zshText
        case .fish: Self.fishText
        }
    }

    /// Those of two words first: `chat send` begins with `chat`.
    private static var commands: [SottoCommand] {
        SottoCommand.all.sorted { ($1.path.count, $0.name) < ($0.path.count, $1.name) }
    }

    /// Every word that may come first, with what is said of it.
    private static var firstWords: [(word: String, about: String)] {
        let nouns = Help.nouns.map { (word: $0.noun, about: $0.about) }
        let shorts = commands.compactMap { (command) in command.short.map { (word: $0, about: command.summary) } }
        return (nouns + shorts + [(word: "help", about: "Say more")]).sorted { $0.word < $1.word }
    }

    /// The verbs of a noun.
    private static func verbs(of noun: String) -> [(word: String, about: String)] {
        commands.filter { $0.noun == noun && $0.path.count > 1 }.map { (word: $0.path[1], about: $0.summary) }
    }

    private static var nounsWithVerbs: [String] { Help.nouns.map(\.noun).filter { !verbs(of: $0).isEmpty } }

    /// How a command may begin: its path, and its short form.
    private static func beginnings(of command: SottoCommand) -> [String] {
        [command.name] + [command.short].compactMap(\.self)
    }

    /// The same as patterns for the first two words.
    private static func patterns(of command: SottoCommand) -> String {
        beginnings(of: command).map { $0.contains(" ") ? quoted($0) : quoted($0 + " ") + "*" }.joined(separator: "|")
    }

    private static func names(_ options: [Option]) -> [String] {
        options.flatMap { [$0.name] + [$0.letter].compactMap(\.self) }
    }

    /// The words of a choice, wherever a command has one.
    private static func choices(of command: SottoCommand) -> [String] {
        command.words.flatMap { (word) -> [String] in
            if case .choice(let words) = word.kind { words } else { [] }
        }
    }

    /// In single quotes, as every one of these shells takes it.
    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "’") + "'" }

    // MARK: bash

    private static var bashText: String {
        let ofNouns = nounsWithVerbs.map { (noun) in
            "        \(noun)) verbs=\(quoted(verbs(of: noun).map(\.word).joined(separator: " "))) ;;"
        }
        let ofCommands = commands.map { (command) in
            let words = names(command.options) + choices(of: command)
            return "        \(patterns(of: command))) more=\(quoted(words.joined(separator: " "))) ;;"
        }
        let files = Set((Option.common + commands.flatMap(\.options)).filter(\.isFile).flatMap { names([$0]) })
        return """
            # Completes sotto in bash. Printed by `sotto completion bash`.
            _sotto() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verbs= more= word
                local -a typed=()
                for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == -* ]] || typed+=("$word"); done
                case $previous in
                    \(files.sorted().joined(separator: "|")))
                        compopt -o filenames
                        COMPREPLY=($(compgen -f -- "$current"))
                        return ;;
                esac
                if (( ${#typed[@]} == 0 )) && [[ $current != -* ]]; then
                    COMPREPLY=($(compgen -W \(quoted(firstWords.map(\.word).joined(separator: " "))) -- "$current"))
                    return
                fi
                case ${typed[0]} in
            \(ofNouns.joined(separator: "\n"))
                esac
                case "${typed[0]} ${typed[1]}" in
            \(ofCommands.joined(separator: "\n"))
                esac
                if [[ $current == -* ]]; then
                    COMPREPLY=($(compgen -W "$more \(names(Option.common).joined(separator: " "))" -- "$current"))
                elif (( ${#typed[@]} == 1 )) && [[ -n $verbs ]]; then
                    COMPREPLY=($(compgen -W "$verbs" -- "$current"))
                else
                    compopt -o filenames
                    COMPREPLY=($(compgen -W "$more" -- "$current") $(compgen -f -- "$current"))
                fi
            }
            complete -F _sotto sotto
            """
    }

    // MARK: zsh

    private static func described(_ words: [(word: String, about: String)]) -> String {
        words.map { quoted("\($0.word):\($0.about.replacing(":", with: ","))") }.joined(separator: " ")
    }

    private static var zshText: String {
        let ofNouns = nounsWithVerbs.map { "        \($0)) verbs=(\(described(verbs(of: $0)))) ;;" }
        let ofCommands = commands.map { (command) in
            let options = command.options.map { (word: $0.name, about: $0.help) }
            return "        \(patterns(of: command))) options=(\(described(options)))"
                + " words=(\(choices(of: command).joined(separator: " "))) ;;"
        }
        return """
            #compdef sotto
            # Completes sotto in zsh. Printed by `sotto completion zsh`.
            _sotto() {
                local -a first verbs options words common typed
                first=(\(described(firstWords)))
                common=(\(described(Option.common.map { (word: $0.name, about: $0.help) })))
                typed=(${${(@)words[2,CURRENT-1]}:#-*})
                if (( $#typed == 0 )) && [[ $PREFIX != -* ]]; then
                    _describe command first
                    return
                fi
                case $typed[1] in
            \(ofNouns.joined(separator: "\n"))
                esac
                local choices=()
                case "$typed[1] $typed[2]" in
            \(ofCommands.map { $0.replacing(" words=(", with: " choices=(") }.joined(separator: "\n"))
                esac
                if [[ $PREFIX == -* ]]; then
                    _describe option options -- common
                elif (( $#typed == 1 && $#verbs )); then
                    _describe verb verbs
                else
                    (( $#choices )) && compadd -a choices
                    _files
                fi
            }
            _sotto "$@"
            """
    }

    // MARK: fish

    private static var fishText: String {
        func line(_ condition: String, _ word: String, _ about: String) -> String {
            "complete -c sotto -n \(quoted(condition)) -a \(quoted(word)) -d \(quoted(about))"
        }
        func line(_ condition: String, _ option: Option) -> String {
            let letter = option.letter.map { " -s \($0.dropFirst())" } ?? ""
            let value = option.value == nil ? "" : option.isFile ? " -r -F" : " -x"
            return "complete -c sotto -n \(quoted(condition)) -l \(option.name.dropFirst(2))\(letter)\(value)"
                + " -d \(quoted(option.help))"
        }
        let first = firstWords.map { line("__sotto_typed 0", $0.word, $0.about) }
        let ofNouns = nounsWithVerbs.flatMap { (noun) in
            verbs(of: noun).map { line("__sotto_begins \(noun); and __sotto_typed 1", $0.word, $0.about) }
        }
        let ofCommands = commands.flatMap { (command) in
            beginnings(of: command).flatMap { (beginning) in
                command.options.map { line("__sotto_begins \(beginning)", $0) }
                    + choices(of: command).map { line("__sotto_begins \(beginning)", $0, "") }
            }
        }
        return """
            # Completes sotto in fish. Printed by `sotto completion fish`.
            function __sotto_words
                for word in (commandline -opc)[2..-1]
                    string match -q -- '-*' $word; or echo $word
                end
            end
            function __sotto_typed
                test (count (__sotto_words)) -eq $argv[1]
            end
            function __sotto_begins
                set -l words (__sotto_words)
                test (count $words) -ge (count $argv); and test "$words[1..$(count $argv)]" = "$argv"
            end
            \((first + ofNouns + ofCommands).joined(separator: "\n"))
            \(Option.common.map { line("true", $0) }.joined(separator: "\n"))
            """
    }
}
