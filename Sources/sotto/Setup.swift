import Client
import Glibc

/// Opens the client that a command line and the environment describe.
struct Setup {
    let arguments: Arguments
    let environment: (String) -> String?

    func open(over network: SottoNetwork) async throws -> Account {
        let isBeginning = arguments.verb.begins(arguments.words)
        var configuration = SottoConfiguration(folder: try folder(isMade: isBeginning), server: try server())
        configuration.makesFolder = isBeginning
        if let roots = arguments.values["--ca"] { configuration.trust = .rootsFile(roots) }
        configuration.serverName = arguments.values["--server-name"]
        configuration.allowsPlainHTTP = arguments.switches.contains("--insecure-http")
        configuration.hidesSender = !arguments.switches.contains("--show-sender")
        configuration.thumbnailWorkerPath = WorkerProgram.path
        guard let file = arguments.values["--passphrase-file"] else {
            return try await Account.open(configuration, key: .keyFile, over: network)
        }
        let passphrase = try Input.firstLine(of: file)
        return try await Account.open(configuration, key: .passphrase(copying: passphrase), over: network)
    }

    /// For what asks a server and has no account.
    func auditor(over network: SottoNetwork) throws -> LogAuditor {
        guard let server = try server() else { throw SottoError.noServer }
        return try LogAuditor(
            server: server, trust: arguments.values["--ca"].map { .rootsFile($0) } ?? .systemRoots,
            allowsPlainHTTP: arguments.switches.contains("--insecure-http"), over: network)
    }

    private func server() throws -> ServerAddress? {
        guard let text = arguments.values["--server"] ?? environment("SOTTO_SERVER"), !text.isEmpty else {
            return nil
        }
        guard let server = ServerAddress(text) else { throw SottoError.badServerAddress }
        return server
    }

    private func folder(isMade: Bool) throws(UsageError) -> String {
        if let given = arguments.values["--data"] ?? environment("SOTTO_CLIENT_DATA") { return given }
        let base: String
        if let data = environment("XDG_DATA_HOME") {
            base = data
        } else if let home = environment("HOME") {
            base = home + "/.local/share"
        } else {
            throw UsageError(message: "Say where this account is kept: --data FOLDER.")
        }
        if isMade { makeFolders(base) }
        return base + "/sotto"
    }

    /// Every folder on the way; the client makes the last one itself.
    private func makeFolders(_ path: String) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            // One that cannot be made shows itself when the client makes its own in it.
            _ = mkdir(made, 0o700)
        }
    }
}
