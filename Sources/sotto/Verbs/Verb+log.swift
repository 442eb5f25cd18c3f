import Client
import Glibc
import Wire

/// The key log of a server: checking it whole, and trusting it anew.
extension Verb {
    /// Exit status for a log that is not what it must be.
    static let fraudStatus: Int32 = 3

    static let trustLog = Verb(
        "trust-log", .keyLog, usage: "trust-log",
        "Trust the server's key log anew, once its operator has said why it began again.", words: 0...0
    ) { (client, _, output) in
        let evidence = try await client.safety.trustLogAnew()
        output.object("logForgotten") { (writer) in writer.put("head", evidence?.head) }
        output.say("The next list that the server gives out says where the log goes on.")
        output.say("The key that signs it has to be the one of first contact.")
    }

    static let auditLog = Verb(
        "audit-log", .keyLog,
        usage: "audit-log [--server URL | --from-dump FILE] [--state FILE] [--dump FILE] [--account ID]",
        "Check a server's whole key log, without an account; status 3 where it is false.", words: 0...0,
        options: [
            .init(name: "--state", value: "FILE", help: "What the last audit left; written anew when all is well."),
            .init(name: "--dump", value: "FILE", help: "Where the whole log goes; as evidence, where it is false."),
            .init(name: "--from-dump", value: "FILE", help: "Check this dump, and ask no server."),
            .init(name: "--account", value: "ID", help: "Print every change of this account's device list."),
        ],
        .overNetwork(audit))

    /// - Returns: the exit status: 0 when all is well, ``fraudStatus`` when the log is false, 1 when it could not be
    ///   checked.
    private static func audit(
        _ arguments: Arguments, _ setup: Setup, _ output: Output, over network: SottoNetwork
    ) async throws -> Int32 {
        let account = try arguments.values["--account"].map { (text) throws(UsageError) in
            guard let account = AccountID(text: text) else {
                throw UsageError(message: "An account's id has 22 characters; `sotto register --json` prints it.")
            }
            return account
        }
        do throws(AuditError) {
            let state = try arguments.values["--state"].flatMap { (path) throws(AuditError) in
                try bytes(of: path, mayBeAbsent: true)
            }
            let known = try state.map { (bytes) throws(AuditError) in try LogAuditor.known(bytes) }
            let audit: LogAudit
            if let path = arguments.values["--from-dump"] {
                guard let dump = try bytes(of: path, mayBeAbsent: false) else { throw .notADump }
                audit = try LogAuditor.audit(dump, since: known)
            } else {
                let auditor: LogAuditor
                do {
                    auditor = try setup.auditor(over: network)
                } catch {
                    throw .failed(error as? SottoError ?? .noServer)
                }
                audit = try await auditor.audit(since: known)
            }
            try save(audit.file, at: arguments.values["--state"])
            try save(audit.file, at: arguments.values["--dump"])
            report(audit, output)
            if let account { report(audit, account, output) }
            return 0
        } catch {
            return failed(error, arguments, output)
        }
    }

    private static func failed(_ error: AuditError, _ arguments: Arguments, _ output: Output) -> Int32 {
        switch error {
        case .fraud(_, let evidence):
            output.object("fraud") { $0.put("message", text: error.description) }
            Output.complain(error.description)
            if let path = arguments.values["--dump"] { try? save(evidence, at: path) }
            return fraudStatus
        case .failed(let cause):
            output.failure(cause)
            return 1
        case .notADump:
            output.object("error") { $0.put("message", text: error.description) }
            Output.complain(error.description)
            return 1
        }
    }

    private static func report(_ audit: LogAudit, _ output: Output) {
        let head = audit.head
        output.object("audit") { (writer) in
            writer.put("head", head)
            writer.put("accounts", number: UInt64(audit.accountCount))
            writer.put("newEntries", number: audit.newEntryCount)
        }
        output.say("log       \(hex(head.log))")
        output.say("entries   \(head.treeSize), of \(audit.accountCount) accounts; \(audit.newEntryCount) are new")
        output.say("root      \(hex(head.root))")
        output.say("signed    \(head.time)")
        for name in audit.cosigners { output.say("witness   \(Output.harmless(name))") }
        output.say("checked   signature, root over every entry, order of epochs, and all that was known before")
    }

    private static func report(_ audit: LogAudit, _ account: AccountID, _ output: Output) {
        for change in audit.changes(of: account) {
            output.object("logged") { (writer) in
                writer.put("index", number: change.index)
                writer.put("epoch", number: change.epoch)
            }
            output.say("account   list \(change.epoch) is entry \(change.index)")
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func save(_ bytes: [UInt8], at path: String?) throws(AuditError) {
        guard let path else { return }
        do { try NewFile.write(bytes, to: path) } catch { throw .failed(.store(error)) }
    }

    /// - Returns: `nil` for a file that is not there, where that is allowed.
    private static func bytes(of path: String, mayBeAbsent: Bool) throws(AuditError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT, mayBeAbsent { return nil }
            throw .failed(.store(.system(operation: "read \(path)", code: errno)))
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .failed(.store(.system(operation: "read \(path)", code: errno))) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
