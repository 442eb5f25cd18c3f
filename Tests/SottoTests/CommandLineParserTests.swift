import TestKit
import Testing

@testable import sotto

@Suite struct CommandLineParserTests {
    private func parse(
        _ line: String, _ environment: [String: String] = [:]
    ) throws(UsageError) -> CommandLineRequest {
        let parser = CommandLineParser(commands: SottoCommand.all) { environment[$0] }
        return try parser.parse(line.split(separator: " ").map(String.init))
    }

    /// What is run; `nil` for help and the like.
    private func run(_ line: String, _ environment: [String: String] = [:]) throws -> Invocation? {
        guard case .run(let typed) = try parse(line, environment) else { return nil }
        return typed
    }

    private func refusal(_ line: String) -> String? {
        do throws(UsageError) {
            _ = try parse(line)
            return nil
        } catch {
            return error.message
        }
    }

    @Test("a noun and a verb, a short form, and a noun alone are the same command", arguments: [
        ("chat send @bob hi", "chat send"), ("send @bob hi", "chat send"), ("chat @bob", "chat"), ("chat", "chat"),
        ("chat list", "chat list"), ("chats", "chat list"), ("device", "device list"), ("devices", "device list"),
        ("backup", "backup show"), ("people", "people list"), ("outbox", "outbox list"), ("whoami", "account show"),
    ])
    func names(line: String, name: String) throws {
        #expect(try run(line)?.command.name == name)
    }

    @Test("options stand anywhere, with their value behind them or behind a sign; -- ends them")
    func options() throws {
        for line in [
            "--data d send @bob hi --expires 5m --json", "send --expires=5m @bob --json hi --data=d",
            "chat --json send --data d @bob hi --expires 5m",
        ] {
            let typed = try #require(try run(line))
            #expect(typed.command.name == "chat send" && typed.words == ["@bob", "hi"])
            #expect(typed.values == ["--data": "d", "--expires": "5m"] && typed.switches == ["--json"])
            #expect(try typed.duration("--expires") == .seconds(300))
        }
        #expect(try run("send @bob -- --json")?.words == ["@bob", "--json"])
        #expect(try run("send @bob -")?.words == ["@bob", "-"])
        #expect(try run("download @bob 1 -o out")?.values == ["--output": "out"])
    }

    @Test("help is asked for anywhere, of the program, a noun or a command, and so is the version")
    func help() throws {
        func asked(_ line: String) throws -> [String]?? {
            guard case .help(let commands) = try parse(line) else { return nil }
            return .some(commands?.map(\.name))
        }
        for line in ["--help", "-h", "help"] { #expect(try asked(line) == .some(nil)) }
        for line in ["send -h", "send @bob --help", "help chat send", "chat send @bob hi -h", "help send"] {
            #expect(try asked(line) == ["chat send"], "\(line)")
        }
        let device = try #require(try asked("help device"))
        #expect(device?.sorted() == ["device join", "device link", "device list", "device request", "device unlink"])
        for line in ["--version", "chats --version", "send --version @bob hi"] {
            guard case .version = try parse(line) else {
                Issue.record("\(line)")
                continue
            }
        }
    }

    @Test("what cannot be understood is refused with what to do", arguments: [
        ("", "What to do? See sotto --help."),
        ("frobnicate", "There is no frobnicate. See sotto --help."),
        ("sned @bob hi", "There is no sned. Did you mean send? See sotto --help."),
        ("hist @bob", "There is no hist. Did you mean history? See sotto --help."),
        ("who", "There is no who. Did you mean whoami? See sotto --help."),
        ("chat sned @bob hi", "sotto chat has no sned. Did you mean send? See sotto --help."),
        ("device frob", "sotto device has no frob. See sotto --help."),
        ("device ulnink 2", "sotto device has no ulnink. Did you mean unlink? See sotto --help."),
        ("send @bob hi --frob", "There is no option --frob. See sotto --help."),
        ("chats --expires 5m", "sotto chat list has no option --expires. See sotto --help."),
        ("send @bob hi --expires", "--expires needs its TIME."),
        ("send @bob hi --expires=", "--expires needs its TIME."),
        ("chats --json=yes", "--json takes no value."), ("chats --json --json", "--json is given twice."),
        ("chats x", "Usage: sotto chats"), ("delete @bob", "Usage: sotto delete CHAT NUMBER [--for-me]"),
        ("download @b 1 -o x --range 0- --thumbnail", "--range and --thumbnail do not go together."),
        ("send @bob hi --type a/b", "--type says something about --file, which is not given."),
        ("completion", "Usage: sotto completion bash|zsh|fish"),
        ("send", "Usage: sotto \(SottoCommand.chatSend.usage). A word that begins with # wants quotes: '#Town'."),
        ("pins", "Usage: sotto pins CHAT. A word that begins with # wants quotes: '#Town'."),
        ("key-log", "Which one: audit, trust? See sotto help key-log."),
    ])
    func refused(line: String, message: String) {
        #expect(refusal(line) == message)
    }

    @Test("a record is wanted also where its option is what is wrong")
    func records() {
        func isWanted(_ line: String, _ environment: [String: String] = [:]) -> Bool {
            CommandLineParser(commands: SottoCommand.all) { environment[$0] }
                .wantsRecords(line.split(separator: " ").map(String.init))
        }
        #expect(isWanted("chats --json") && isWanted("chats --json=1") && isWanted("frob --json=no"))
        #expect(isWanted("frob", ["SOTTO_JSON": "1"]) && !isWanted("frob", ["SOTTO_JSON": "0"]))
        #expect(!isWanted("send @bob --jsonx json"))
    }

    @Test("words that are not UTF-8 are refused, not mended")
    func bytes() throws {
        #expect(try CommandLineParser.texts([Array("é日".utf8), []]) == ["é日", ""])
        for wrong in [[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
            let error = #expect(throws: UsageError.self) { try CommandLineParser.texts([[0x61], wrong]) }
            #expect(error?.message == "Word 2 of the command line is not UTF-8 text.")
        }
    }

    @Test("the environment stands in for options that every command has, and options win over it")
    func environment() throws {
        let all = [
            "SOTTO_SERVER": "https://one", "SOTTO_CLIENT_DATA": "there", "SOTTO_JSON": "1", "SOTTO_INSECURE_HTTP": "0",
            "SOTTO_SHOW_SENDER": "", "SOTTO_DATA": "a server's", "SOTTO_CA": "",
        ]
        let typed = try #require(try run("chats --server https://two", all))
        #expect(typed.values == ["--server": "https://two", "--data": "there"] && typed.switches == ["--json"])
    }

    @Test("any words at all are refused in words, and nothing traps")
    func strange() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SplitMix(seed: seed)
        let names = SottoCommand.all.flatMap { $0.path + [$0.short ?? ""] }
        let pieces = names + ["--", "-", "-o", "--json", "--range=", "=", "", "é\u{301}", "\u{0}", "#", "@", "🙂", "-h"]
        for _ in 0..<1_000 {
            let count = Int.random(in: 0...7, using: &chance)
            let words = (0..<count).map { (_) in pieces.randomElement(using: &chance) ?? "" }
            do throws(UsageError) {
                _ = try CommandLineParser(commands: SottoCommand.all) { (_) in nil }.parse(words)
            } catch {
                #expect(!error.message.isEmpty, "seed \(seed): \(words)")
            }
        }
    }
}
