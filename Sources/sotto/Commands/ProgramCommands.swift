import Client
import Wire

/// What the program says of itself, for shells and for readers.
extension SottoCommand {
    static let programCompletion = SottoCommand(
        "program completion", short: "completion", words: [Word("SHELL", .choice(["bash", "zsh", "fish"]))],
        "Print what completes the commands and options of sotto in a shell.",
        details: "bash: source <(sotto completion bash). zsh: sotto completion zsh > a folder of $fpath/_sotto. "
            + "fish: sotto completion fish > ~/.config/fish/completions/sotto.fish.",
        examples: ["sotto completion bash > sotto.bash"],
        .alone { (typed, output) in
            guard let script = CompletionScript(rawValue: try typed.word(0)) else {
                throw UsageError(message: "A shell is bash, zsh or fish, not “\(Output.oneLine(try typed.word(0)))”.")
            }
            try output.document(script.text)
            return .done
        })

    static let programManual = SottoCommand(
        "program manual", short: "manual", "Print the manual, as man reads it.",
        examples: ["sotto manual > sotto.1"],
        .alone { (_, output) in
            try output.document(ManualPage.text)
            return .done
        })
}
