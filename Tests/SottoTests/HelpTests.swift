import Foundation
import TestKit
import Testing

@testable import sotto

/// What is printed from the table of commands.
@Suite struct HelpTests {
    @Test("docs/commands.md is what the table prints")
    func page() throws {
        let file = URL(filePath: #filePath).appending(path: "../../../docs/commands.md").standardized
        if ProcessInfo.processInfo.environment["SOTTO_UPDATE"] != nil {
            try Data(CommandsPage.text.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == CommandsPage.text, "SOTTO_UPDATE=1 prints it anew")
    }

    @Test("help names every command, option and status, in lines that fit a terminal")
    func help() {
        let general = Help.text(nil)
        for command in SottoCommand.all {
            #expect(general.contains("\n  \(command.short ?? command.name) "), "\(command.name)")
            let own = Help.text([command])
            #expect(own.contains("Usage: sotto \(command.usage)\n") || own.hasSuffix("Usage: sotto \(command.usage)"))
            for option in command.options + Option.common { #expect(own.contains(option.name), "\(option.name)") }
            for example in command.examples { #expect(own.contains(example)) }
        }
        let words = general.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for status in ExitStatus.allCases { #expect(words.contains("\(status.rawValue) \(status.meaning)")) }
        let nouns = Help.nouns.map { Help.text(Help.commands(of: $0.noun)) }
        let texts = [general] + nouns + SottoCommand.all.map { Help.text([$0]) }
        for text in texts {
            for line in text.split(separator: "\n") where !line.contains("sotto ") {
                #expect(line.count <= 100, "\(line)")
            }
        }
    }

    @Test("the manual has every command and option")
    func manual() {
        let text = ManualPage.text
        for command in SottoCommand.all {
            #expect(text.contains(".B sotto " + command.usage.replacing("-", with: "\\-")), "\(command.name)")
        }
        #expect(text.hasPrefix(".TH SOTTO 1"))
    }

    @Test("bash completes nouns, verbs, short forms, options and choices", arguments: [
        ("sotto ''", "account"), ("sotto cha", "chats"), ("sotto chat ''", "history"), ("sotto chat se", "send"),
        ("sotto send @bob --ex", "--expires"), ("sotto chat send @bob --fi", "--file"),
        ("sotto --json device un", "unlink"), ("sotto completion f", "fish"),
        ("sotto group role Town @bob ad", "admin"),
    ])
    func bash(line: String, offered: String) throws {
        let folder = try TemporaryFolder()
        let script = folder.path + "/sotto.bash"
        try Data(CompletionScript.bash.text.utf8).write(to: URL(filePath: script))
        let asking = """
            compopt() { :; }; source \(script)
            COMP_WORDS=(\(line)); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); _sotto; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let asked = try ChildProcess(["bash", "-c", asking], joinsErrors: true)
        let answer = String(decoding: asked.readToEnd(), as: UTF8.self)
        #expect(asked.wait() == 0)
        #expect(answer.split(separator: "\n").map(String.init).contains(offered), "\(line): \(answer)")
    }

    @Test("the scripts for zsh and fish are read by them, where they are installed", arguments: [
        (CompletionScript.zsh, "/usr/bin/zsh"), (.fish, "/usr/bin/fish"),
    ])
    func others(script: CompletionScript, shell: String) throws {
        for command in SottoCommand.all { #expect(script.text.contains(command.path.last ?? ""), "\(command.name)") }
        guard FileManager.default.isExecutableFile(atPath: shell) else { return }
        let folder = try TemporaryFolder()
        let path = folder.path + "/script"
        try Data(script.text.utf8).write(to: URL(filePath: path))
        #expect(try ChildProcess([shell, "-n", path], joinsErrors: true).wait() == 0)
    }
}
