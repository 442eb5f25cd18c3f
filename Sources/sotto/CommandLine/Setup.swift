import Client
import Glibc

/// Opens the account that a command line describes.
struct Setup: Sendable {
    let typed: Invocation
    /// Variables that say where the folder is when nothing else does.
    let environment: @Sendable (String) -> String?

    func open(over network: SottoNetwork) async throws -> Account {
        let isBeginning = typed.command.beginsAccount
        var configuration = SottoConfiguration(folder: try folder(isMade: isBeginning), server: try server())
        configuration.makesFolder = isBeginning
        configuration.keepsUnusedFolder = false
        if let roots = typed.values["--ca"] { configuration.trust = .rootsFile(roots) }
        configuration.serverName = typed.values["--server-name"]
        configuration.allowsPlainHTTP = typed.has("--insecure-http")
        configuration.hidesSender = !typed.has("--show-sender")
        configuration.thumbnailWorkerPath = WorkerProgram.path
        if let file = typed.values["--passphrase-file"] {
            let passphrase = try Input.firstLine(of: file)
            return try await Account.open(configuration, key: .passphrase(copying: passphrase), over: network)
        }
        do throws(SottoError) {
            return try await Account.open(configuration, key: .keyFile, over: network)
        } catch {
            guard error.code == .needsPassphrase, isatty(STDIN_FILENO) == 1 else { throw error }
        }
        let passphrase = try Secret.read(from: nil, asking: "Passphrase", else: "")
        return try await Account.open(configuration, key: .passphrase(copying: Array(passphrase.utf8)), over: network)
    }

    /// For what asks a server and has no account.
    func auditor(over network: SottoNetwork) throws -> LogAuditor {
        guard let server = try server() else { throw SottoError.noServer }
        return try LogAuditor(
            server: server, trust: typed.values["--ca"].map { .rootsFile($0) } ?? .systemRoots,
            allowsPlainHTTP: typed.has("--insecure-http"), over: network)
    }

    private func server() throws -> ServerAddress? {
        guard let text = typed.values["--server"] else { return nil }
        guard let server = ServerAddress(text) else { throw SottoError.badServerAddress }
        return server
    }

    private func folder(isMade: Bool) throws(UsageError) -> String {
        if let given = typed.values["--data"] {
            if isMade { makeFolders(above: given) }
            return given
        }
        let base: String
        if let data = environment("XDG_DATA_HOME"), !data.isEmpty {
            base = data
        } else if let home = environment("HOME"), !home.isEmpty {
            base = home + "/.local/share"
        } else {
            throw UsageError(message: "Say where this account is kept: --data FOLDER.")
        }
        if isMade { makeFolders(above: base + "/sotto") }
        return base + "/sotto"
    }

    /// Every folder on the way; the client makes the last one itself.
    private func makeFolders(above path: String) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/").dropLast() {
            made += part + "/"
            // One that cannot be made shows itself when the client makes its own in it.
            _ = mkdir(made, 0o700)
        }
    }
}
