import Client
import Glibc
import Wire

/// The key log of a server: checking it whole, and trusting it anew.
extension SottoCommand {
    static let keyLogTrust = SottoCommand(
        "key-log trust",
        "Trust the server's key log anew, once its operator has said why it began again.",
        details: "The key that signs it has to be the one of first contact.",
        examples: ["sotto key-log trust"]
    ) { (session) in
        let evidence = try await session.account.safety.trustLogAnew()
        session.output.print(.logForgotten, LogForgottenRecord(head: evidence?.head))
        session.output.say("The next list that the server gives out says where the log goes on.")
        session.output.say("The key that signs it has to be the one of first contact.")
    }

    static let keyLogAudit = SottoCommand(
        "key-log audit",
        options: [
            .init(name: "--state", value: "FILE", help: "What the last audit left; written anew when all is well."),
            .init(name: "--dump", value: "FILE", help: "Where the whole log goes; as evidence, where it is false."),
            .init(
                name: "--from-dump", value: "FILE", help: "Check this dump, and ask no server.", excludes: ["--dump"]),
            .init(name: "--account", value: "ID", help: "Print every change of this account's device list."),
        ],
        "Check a server's whole key log, without an account; status 3 where it is false.",
        examples: ["sotto key-log audit --state chat.log"],
        .overNetwork(audit))

    /// - Returns: done when all is well, judged bad when the log is false, failed when it could not be checked.
    private static func audit(
        _ typed: Invocation, _ setup: Setup, _ output: Output, over network: SottoNetwork
    ) async throws -> ExitStatus {
        let account = try typed.values["--account"].map { (text) throws(UsageError) in
            guard let account = AccountID(text: text) else {
                throw UsageError(message: "An account's id has 22 characters; sotto whoami --json prints it.")
            }
            return account
        }
        do throws(AuditError) {
            let state = try typed.values["--state"].flatMap { (path) throws(AuditError) in
                try bytes(of: path, mayBeAbsent: true)
            }
            let known = try state.map { (bytes) throws(AuditError) in try LogAuditor.known(bytes) }
            let audit: LogAudit
            if let path = typed.values["--from-dump"] {
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
            try save(audit.file, at: typed.values["--state"])
            try save(audit.file, at: typed.values["--dump"])
            report(audit, output)
            if let account { report(audit, account, output) }
            return .done
        } catch {
            return try failed(error, typed, output)
        }
    }

    private static func failed(
        _ error: AuditError, _ typed: Invocation, _ output: Output
    ) throws -> ExitStatus {
        switch error {
        case .fraud(_, let evidence):
            output.print(.fraud, FraudRecord(error))
            Output.complain(error.description)
            if let path = typed.values["--dump"] { try? save(evidence, at: path) }
            return .judgedBad
        case .failed(let cause): throw cause
        case .notADump:
            output.failure(ErrorRecord(code: "not-a-dump", message: error.description, exit: .judgedBad))
            return .judgedBad
        }
    }

    private static func report(_ audit: LogAudit, _ output: Output) {
        let head = audit.head
        output.print(.audit, AuditRecord(audit))
        output.say("log       \(hex(head.log))")
        output.say("entries   \(head.treeSize), of \(audit.accountCount) accounts; \(audit.newEntryCount) are new")
        output.say("root      \(hex(head.root))")
        output.say("signed    \(head.time)")
        for name in audit.cosigners { output.say("witness   \(Output.harmless(name))") }
        output.say("checked   signature, root over every entry, order of epochs, and all that was known before")
    }

    private static func report(_ audit: LogAudit, _ account: AccountID, _ output: Output) {
        for change in audit.changes(of: account) {
            output.print(.logged, LoggedRecord(index: change.index, epoch: change.epoch))
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
