import Chat
import Testing
import Wire

@testable import Server

@Suite struct ServerSettingsTests {
    private func read(_ arguments: [String], _ environment: [String: String] = [:]) throws -> ServerConfiguration {
        guard case .run(let configuration) = try ServerSettings.read(arguments: arguments, environment: environment)
        else {
            throw ServerSettings.UsageError(message: "help")
        }
        return configuration
    }

    @Test("an option wins over the environment, and the environment over the default")
    func order() throws {
        #expect(try read([]).port == 7420)
        #expect(try read([], ["SOTTO_LISTEN": "127.0.0.1:1"]).port == 1)
        #expect(try read(["--listen", "127.0.0.1:2"], ["SOTTO_LISTEN": "127.0.0.1:1"]).port == 2)
        #expect(try read(["--listen=[::1]:3"]).host == "::1")
    }

    @Test("every option is in the help with its variable")
    func help() throws {
        guard case .help(let text) = try ServerSettings.read(arguments: ["--help"], environment: [:]) else {
            Issue.record("no help")
            return
        }
        for setting in ServerSettings.all {
            #expect(text.contains(setting.flag) && text.contains("[\(setting.variable)]"))
        }
        #expect(Set(ServerSettings.all.map(\.flag)).count == ServerSettings.all.count)
    }

    @Test(
        "a value that does not fit is refused with the option's name",
        arguments: [
            ["--listen", "127.0.0.1"], ["--listen", "::1:80"], ["--listen", "x:99999"], ["--registration", "maybe"],
            ["--loops", "two"], ["--limit-sends", "0/1"], ["--limit-sends", "5"], ["--limit-sends", "nan/1"],
            ["--log-level", "loud"], ["--data", ""], ["--listen"],
            ["--nonsense"], ["--shard", "4096"], ["--shard", "-1"], ["--shard", "one"], ["--shard", "65543"],
            ["--shard", ""],
        ])
    func refused(arguments: [String]) {
        let error = #expect(throws: ServerSettings.UsageError.self) {
            try ServerSettings.read(arguments: arguments, environment: [:])
        }
        #expect(error?.message.contains(arguments[0]) == true)
    }

    @Test("the version is asked for alone, whatever the environment says; and not of what is no server")
    func version() throws {
        let odd = ["SOTTO_LISTEN": "nowhere"]
        guard case .version = try ServerSettings.read(arguments: ["--version"], environment: odd) else {
            return #expect(Bool(false), "no version")
        }
        for arguments in [["--version", "--bogus"], ["--loops", "1", "--version"], ["--version", "--version"]] {
            let error = #expect(throws: ServerSettings.UsageError.self) {
                try ServerSettings.read(arguments: arguments, environment: [:])
            }
            #expect(error?.message.hasPrefix("--version stands alone") == true, "\(arguments)")
        }
        #expect(throws: ServerSettings.UsageError.self) {
            try ServerSettings.read(
                arguments: ["--version"], environment: [:], only: ["--data"], program: "sottod verify")
        }
    }

    @Test("help is no way past what does not read")
    func helpWithMore() throws {
        guard case .help = try ServerSettings.read(arguments: ["--help", "--loops", "2"], environment: [:]) else {
            return #expect(Bool(false), "no help")
        }
        let error = #expect(throws: ServerSettings.UsageError.self) {
            try ServerSettings.read(arguments: ["--help", "--bogus"], environment: [:])
        }
        #expect(error?.message.contains("--bogus") == true)
    }

    @Test("a shard is asked for by number, and by none unless told")
    func shard() throws {
        #expect(try read([]).shard == nil)
        #expect(try read(["--shard", "0"]).shard?.rawValue == 0)
        #expect(try read(["--shard", "4095"], ["SOTTO_SHARD": "7"]).shard?.rawValue == 4_095)
        #expect(try read([], ["SOTTO_SHARD": "7"]).shard?.rawValue == 7)
    }

    @Test("proxies are told by their number or their addresses")
    func proxies() throws {
        #expect(try read([]).proxies == .none)
        #expect(try read([], ["SOTTO_BEHIND_PROXY": "1"]).proxies == .hops(1))
        #expect(try read(["--behind-proxy", "2"]).proxies == .hops(2))
        let range = try #require(AddressRange("10.0.0.0/8"))
        #expect(try read(["--behind-proxy", "10.0.0.0/8"]).proxies == .addresses([range]))
        #expect(throws: ServerSettings.UsageError.self) { try read([], ["SOTTO_BEHIND_PROXY": "yes"]) }
    }

    @Test("a server that would be unsafe does not start, and says which setting to change")
    func problems() throws {
        #expect(try read([]).problems().isEmpty)
        #expect(try read(["--listen", "0.0.0.0:1"]).problems().first?.contains("--behind-proxy") == true)
        #expect(try read(["--listen", "0.0.0.0:1", "--behind-proxy", "1"]).problems().isEmpty)
        #expect(try read(["--tls-key", "key.pem"]).problems().first?.contains("--tls-certificate") == true)
        #expect(try read(["--admin", "0.0.0.0:1"]).problems().count == 1)
        #expect(try read(["--loops", "0"]).problems().count == 1)
    }

    @Test("a rate is a burst and a number per second")
    func rates() throws {
        #expect(try read(["--limit-claims", "12/0.5"]).limits.claims == Rate(burst: 12, perSecond: 0.5))
    }

    @Test("witnesses are named by name and key, as often as there are; one key once")
    func witnesses() throws {
        let keys = ["A", "B"].map { String(repeating: $0, count: 42) + "A" }
        let one = ["--witness", "library=\(keys[0])"]
        let two = ["--witness", "museum=\(keys[1])"]
        #expect(try read(one + two).witnesses.map(\.name) == ["library", "museum"])
        #expect(try read(two, ["SOTTO_WITNESSES": "library=\(keys[0])"]).witnesses.count == 2)
        #expect(try read([], ["SOTTO_WITNESSES": "a=\(keys[0]),b=\(keys[1])"]).witnesses.map(\.name) == ["a", "b"])
        #expect(try read(one + two).problems().isEmpty)
        #expect(try read(one + one).problems().count == 1)
        for wrong in ["", "library", "=\(keys[0])", "library=AAAA", "library=\(keys[0]),museum"] {
            #expect(throws: ServerSettings.UsageError.self) { try read(["--witness", wrong]) }
        }
    }
}
