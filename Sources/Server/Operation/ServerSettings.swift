import Chat
import Wire

/// The settings as a person gives them: one table for flags, environment variables and `--help`.
public enum ServerSettings {
    struct Setting: Sendable {
        let flag: String
        let variable: String
        let value: String
        let help: String
        let apply: @Sendable (String, inout ServerConfiguration) -> Bool
    }

    /// What was wrong with the command line or the environment, in a sentence that says what to do.
    public struct UsageError: Error, Sendable {
        public let message: String
    }

    /// What the command line asks for.
    public enum Outcome: Sendable {
        case run(ServerConfiguration)
        case help(String)
        case version
    }

    /// The flag that names the data folder.
    public static let dataFlag = "--data"

    /// Reads the environment, then the arguments: all of them, also where help is asked for.
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - only: the flags that count, where not all of them do.
    ///   - program: what to ask for help, in messages.
    public static func read(
        arguments: [String], environment: [String: String], only flags: Set<String>? = nil, program: String = "sottod"
    ) throws(UsageError) -> Outcome {
        // Whatever the environment says.
        if flags == nil, arguments == [versionFlag] { return .version }
        var configuration = ServerConfiguration()
        var asksHelp = false
        let all = Self.all.filter { flags?.contains($0.flag) ?? true }
        for setting in all {
            guard let text = environment[setting.variable] else { continue }
            try apply(setting, text, named: setting.variable, to: &configuration)
        }
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--help" || argument == "-h" {
                asksHelp = true
                continue
            }
            if flags == nil, argument == versionFlag {
                throw UsageError(message: "\(versionFlag) stands alone: leave the rest out. See \(program) --help.")
            }
            let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let setting = all.first(where: { $0.flag == halves[0] }) else {
                throw UsageError(message: "There is no option \(halves[0]). See \(program) --help.")
            }
            guard let text = halves.count == 2 ? halves[1] : rest.popFirst() else {
                throw UsageError(message: "\(setting.flag) needs a value. See \(program) --help.")
            }
            try apply(setting, text, named: setting.flag, to: &configuration)
        }
        return asksHelp ? .help(help) : .run(configuration)
    }

    private static let versionFlag = "--version"

    private static func apply(
        _ setting: Setting, _ text: String, named name: String, to configuration: inout ServerConfiguration
    ) throws(UsageError) {
        guard setting.apply(text, &configuration) else {
            throw UsageError(message: "\(name) takes \(setting.value), not “\(text)”. \(setting.help)")
        }
    }

    /// The environment variables that are read.
    public static var variables: [String] { all.map(\.variable) }

    static var help: String {
        let rows = all.map { (setting) in
            let usage = "\(setting.flag) \(setting.value)"
            return "  \(padded(usage, 34)) \(setting.help) [\(setting.variable)]"
        }
        return """
            sottod: the Sotto server. Brokers handshakes, stores sealed messages, delivers them.

            Usage: sottod [options]
                   sottod verify [--data FOLDER]    checks what a data folder holds; see sottod verify --help
                   sottod accept-loss [--data FOLDER]    goes on without what a store has lost; see its --help

            \(rows.joined(separator: "\n"))
              \(padded("--help", 34)) Print this.
              \(padded("--version", 34)) Print which version this is.

            Every option can stand in the environment, under the name in brackets; the option wins.
            """
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static let all: [Setting] = [
        Setting(flag: dataFlag, variable: "SOTTO_DATA", value: "FOLDER", help: "Where everything is kept; ./data.") {
            $1.dataFolder = $0
            return !$0.isEmpty
        },
        Setting(
            flag: "--shard", variable: "SOTTO_SHARD", value: "N",
            help: "What a new store's ids begin with, 0 to 4095, for ever; drawn at random."
        ) {
            $1.shard = UInt16($0).flatMap { Shard($0) }
            return $1.shard != nil
        },
        Setting(
            flag: "--listen", variable: "SOTTO_LISTEN", value: "HOST:PORT",
            help: "Where clients connect; 127.0.0.1:7420."
        ) { (text, configuration) in
            guard let (host, port) = endpoint(text) else { return false }
            configuration.host = host
            configuration.port = port
            return true
        },
        Setting(
            flag: "--admin", variable: "SOTTO_ADMIN", value: "HOST:PORT",
            help: "Health and metrics, loopback only; 127.0.0.1:7421."
        ) { (text, configuration) in
            guard let (host, port) = endpoint(text) else { return false }
            configuration.adminHost = host
            configuration.adminPort = port
            return true
        },
        Setting(
            flag: "--server-name", variable: "SOTTO_SERVER_NAME", value: "NAME",
            help: "The name devices sign in with; localhost."
        ) {
            $1.serverName = $0
            return !$0.isEmpty
        },
        Setting(
            flag: "--registration", variable: "SOTTO_REGISTRATION", value: "open|invite",
            help: "Who may register; open."
        ) { (text, configuration) in
            guard let mode = RegistrationMode(rawValue: text) else { return false }
            configuration.registration = mode
            return true
        },
        Setting(
            flag: "--emoji", variable: "SOTTO_EMOJI", value: "members|off",
            help: "Who may add custom emoji; members."
        ) { (text, configuration) in
            guard let policy = EmojiPolicy(rawValue: text) else { return false }
            configuration.emoji = policy
            return true
        },
        Setting(
            flag: "--tls-certificate", variable: "SOTTO_TLS_CERTIFICATE", value: "FILE",
            help: "PEM chain; with --tls-key."
        ) {
            $1.certificatePath = $0
            return !$0.isEmpty
        },
        Setting(flag: "--tls-key", variable: "SOTTO_TLS_KEY", value: "FILE", help: "PEM private key.") {
            $1.privateKeyPath = $0
            return !$0.isEmpty
        },
        Setting(
            flag: "--behind-proxy", variable: "SOTTO_BEHIND_PROXY", value: "HOPS|ADDRESS,…",
            help: "Proxies in front that are believed, how many or which; plain HTTP off loopback is meant."
        ) { (text, configuration) in
            guard let proxies = TrustedProxies(text) else { return false }
            configuration.proxies = proxies
            return true
        },
        Setting(
            flag: "--cors-origins", variable: "SOTTO_CORS_ORIGINS", value: "ORIGIN,…",
            help: "Web pages that may read answers and open sockets; none."
        ) {
            $1.origins = $0.split(separator: ",").map(String.init)
            return !$1.origins.isEmpty
        },
        Setting(
            flag: "--witness", variable: "SOTTO_WITNESSES", value: "NAME=KEY,…",
            help: "Who may cosign the key log, with Ed25519 keys in base64url; may be given again; none."
        ) { (text, configuration) in
            for one in text.split(separator: ",") {
                guard let witness = Witness(text: one) else { return false }
                configuration.witnesses.append(witness)
            }
            return !text.isEmpty
        },
        Setting(flag: "--loops", variable: "SOTTO_LOOPS", value: "N", help: "Event loops; one.") {
            guard let count = Int($0) else { return false }
            $1.loopCount = count
            return true
        },
        Setting(
            flag: "--log-level", variable: "SOTTO_LOG_LEVEL", value: "debug|info|warning|error",
            help: "How much to say; info."
        ) {
            guard let level = Log.Level(rawValue: $0) else { return false }
            $1.logLevel = level
            return true
        },
        Setting(
            flag: "--log-form", variable: "SOTTO_LOG_FORM", value: "json|text",
            help: "JSON lines, or text; text on a terminal, json elsewhere."
        ) {
            guard let form = Log.Form(rawValue: $0) else { return false }
            $1.logForm = form
            return true
        },
        bytes(
            "--waiting-bytes", "SOTTO_WAITING_BYTES", "What may wait in memory for all clients together",
            \.waitingByteCountMax),
        bytes("--media-file-bytes", "SOTTO_MEDIA_FILE_BYTES", "One uploaded file at most", \.media.fileByteCountMax),
        bytes(
            "--media-account-bytes", "SOTTO_MEDIA_ACCOUNT_BYTES", "All files of an account",
            \.media.accountByteCountMax),
        bytes(
            "--media-server-bytes", "SOTTO_MEDIA_SERVER_BYTES", "All files of all accounts",
            \.media.serverByteCountMax),
        bytes(
            "--disk-floor-bytes", "SOTTO_DISK_FLOOR_BYTES", "What stays free on the disk, or 5 % of it if that is more",
            \.diskFloorByteCount),
        Setting(
            flag: "--media-worker", variable: "SOTTO_MEDIA_WORKER", value: "FILE",
            help: "Makes thumbnails of open images; sotto-media beside sottod, where it is."
        ) {
            $1.mediaWorkerPath = $0
            return !$0.isEmpty
        },
        Setting(
            flag: "--media-programs", variable: "SOTTO_MEDIA_PROGRAMS", value: "FOLDER",
            help: "Where ffprobe and ffmpeg are, for open videos and sounds; /usr/bin; empty for none."
        ) {
            $1.mediaProgramsFolder = $0
            return $0.isEmpty || $0.hasPrefix("/")
        },
        rate(
            "--limit-upload-bytes", "SOTTO_LIMIT_UPLOAD_BYTES", "Bytes an account uploads; slowed down above it",
            \.media.uploadRate, usual: "1 GiB at once and 100 MiB a second"),
        rate("--limit-requests", "SOTTO_LIMIT_REQUESTS", "HTTP requests of a device or address", \.limits.requests),
        rate("--limit-refusals", "SOTTO_LIMIT_REFUSALS", "Refused requests of a device or address", \.limits.refusals),
        rate(
            "--limit-registrations", "SOTTO_LIMIT_REGISTRATIONS", "Registrations from an address",
            \.limits.registrations),
        rate(
            "--limit-logins", "SOTTO_LIMIT_LOGINS", "Logins and renewals of a device; looks at backups from an address",
            \.limits.logins),
        rate("--limit-claims", "SOTTO_LIMIT_CLAIMS", "Prekey claims by one device of one target", \.limits.claims),
        rate("--limit-sends", "SOTTO_LIMIT_SENDS", "Sends and posts of a device", \.limits.sends),
        rate(
            "--limit-sockets", "SOTTO_LIMIT_SOCKETS", "Sockets an account opens; one more for 50 conversations",
            \.limits.sockets),
        rate(
            "--limit-added-bytes", "SOTTO_LIMIT_ADDED_BYTES", "Bytes an account posts, backs up and reports",
            \.accounts.dayBytes, usual: "1 GiB at once and again in a day"),
        rate(
            "--limit-added-rows", "SOTTO_LIMIT_ADDED_ROWS", "Rows an account adds", \.accounts.dayRows,
            usual: "200000 at once and again in a day"),
        bytes(
            "--account-log-bytes", "SOTTO_ACCOUNT_LOG_BYTES", "All entries of an account in logs",
            \.accounts.logByteCountMax),
        count(
            "--account-memberships", "SOTTO_ACCOUNT_MEMBERSHIPS", "Memberships that an account made, also of others",
            \.accounts.membershipCountMax),
        rate(
            "--limit-sealed-requests", "SOTTO_LIMIT_SEALED_REQUESTS", "Anonymous requests of an address",
            \.limits.sealedRequests),
        rate(
            "--limit-sealed-deliveries", "SOTTO_LIMIT_SEALED_DELIVERIES", "Anonymous sends to an account",
            \.limits.sealedDeliveries),
        rate(
            "--limit-sealed-bytes", "SOTTO_LIMIT_SEALED_BYTES", "Bytes of anonymous sends, address to account",
            \.limits.sealedBytes),
        rate("--limit-leases", "SOTTO_LIMIT_LEASES", "Leases of a device, made and let go", \.limits.leases),
        rate("--limit-reports", "SOTTO_LIMIT_REPORTS", "Reports by an account", \.limits.reports),
        rate(
            "--limit-device-lists", "SOTTO_LIMIT_DEVICE_LISTS", "New device lists of an account",
            \.limits.deviceLists),
        rate(
            "--limit-sealed-claims", "SOTTO_LIMIT_SEALED_CLAIMS", "Anonymous prekey claims of an account",
            \.limits.sealedClaims),
    ]

    /// - Parameter words: the usual rate as people say it; else its two numbers.
    private static func rate(
        _ flag: String, _ variable: String, _ what: String,
        _ path: any WritableKeyPath<ServerConfiguration, Rate> & Sendable, usual words: String? = nil
    ) -> Setting {
        let usual = ServerConfiguration()[keyPath: path]
        return Setting(
            flag: flag, variable: variable, value: "BURST/PER_SECOND",
            help: "\(what); \(words ?? "\(usual.burst)/\(usual.perSecond)")."
        ) { (text, configuration) in
            guard let rate = rate(text) else { return false }
            configuration[keyPath: path] = rate
            return true
        }
    }

    private static func rate(_ text: String) -> Rate? {
        let parts = text.split(separator: "/").compactMap { Double($0) }
        guard parts.count == 2, parts.allSatisfy({ $0.isFinite && $0 >= 0 }), parts[0] >= 1 else { return nil }
        return Rate(burst: parts[0], perSecond: parts[1])
    }

    private static func bytes(
        _ flag: String, _ variable: String, _ what: String,
        _ path: any WritableKeyPath<ServerConfiguration, UInt64> & Sendable
    ) -> Setting {
        count(flag, variable, what, path, value: "BYTES")
    }

    private static func count(
        _ flag: String, _ variable: String, _ what: String,
        _ path: any WritableKeyPath<ServerConfiguration, UInt64> & Sendable, value: String = "N"
    ) -> Setting {
        Setting(
            flag: flag, variable: variable, value: value, help: "\(what); \(ServerConfiguration()[keyPath: path])."
        ) { (text, configuration) in
            guard let count = UInt64(text) else { return false }
            configuration[keyPath: path] = count
            return true
        }
    }

    /// `host:port`, with an IPv6 host in brackets.
    static func endpoint(_ text: String) -> (String, UInt16)? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : (String(host), port)
    }
}
