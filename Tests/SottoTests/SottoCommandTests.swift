import Testing

@testable import sotto

/// What the table of commands must be for the parser and the texts to be right.
@Suite struct SottoCommandTests {
    @Test("every name and short form is one command's, and a short form is no noun")
    func names() {
        let names = SottoCommand.all.map(\.name) + SottoCommand.all.compactMap(\.short)
        #expect(names.count > 60 && Set(names).count == names.count)
        let nouns = Set(SottoCommand.all.map(\.noun))
        for command in SottoCommand.all {
            #expect((1...2).contains(command.path.count), "\(command.name)")
            if let short = command.short { #expect(!nouns.contains(short), "\(short)") }
        }
        #expect(Set(Help.nouns.map(\.noun)) == nouns && Help.nouns.count == nouns.count)
    }

    @Test("an option takes a value wherever it is one, or nowhere; what it excludes and needs is there")
    func options() {
        var values: [String: Bool] = [:]
        var letters: [String: String] = [:]
        for command in SottoCommand.all {
            let own = Option.common + command.options
            #expect(Set(own.map(\.name)).count == own.count, "\(command.name)")
            for option in own {
                #expect(option.name.hasPrefix("--") && !option.help.isEmpty)
                #expect(values.updateValue(option.value != nil, forKey: option.name) ?? (option.value != nil)
                    == (option.value != nil), "\(command.name) \(option.name)")
                if let letter = option.letter {
                    #expect(letters.updateValue(option.name, forKey: letter) ?? option.name == option.name)
                }
                for other in option.excludes + [option.needs].compactMap(\.self) {
                    #expect(command.options.contains { $0.name == other }, "\(command.name) \(option.name): \(other)")
                }
            }
        }
    }

    @Test("only the last word of a command is left out or repeated")
    func words() {
        for command in SottoCommand.all {
            let isOptional = command.words.map(\.isOptional)
            #expect(isOptional == isOptional.sorted { !$0 && $1 }, "\(command.name)")
            #expect(command.words.dropLast().allSatisfy { !$0.isRepeated }, "\(command.name)")
        }
    }

    @Test("each says what it does in a sentence, and has an example of itself")
    func texts() {
        for command in SottoCommand.all {
            #expect(command.summary.last == "." && command.summary.first?.isUppercase == true, "\(command.name)")
            #expect(!command.examples.isEmpty, "\(command.name)")
            for example in command.examples {
                let isShown = command.path.last == "list" || command.path.last == "show"
                let names = [command.name, command.short, isShown ? command.noun : nil].compactMap(\.self)
                #expect(names.contains { example.contains("sotto \($0)") }, "\(example)")
            }
        }
    }

    @Test("one word stands for one act")
    func acts() {
        let verbs = Set(SottoCommand.all.filter { $0.path.count == 2 }.map { $0.path[1] })
        for other in ["erase", "drop", "forget", "rm", "destroy", "abort", "detach", "add-member", "new", "make"] {
            #expect(!verbs.contains(other), "\(other)")
        }
    }
}
