import Crypto
public import Keys
import Transport
public import Wire

/// Reads a server's key log as a whole and holds it to what it was; needs no account (docs/protocol/transparency.md,
/// "Auditing").
public struct LogAuditor: Sendable {
    private let calls: ServerCalls
    private let network: Network

    /// - Throws: ``SottoError/Code/insecureServer``; ``SottoError/Code/unreachable`` for a file of roots that
    ///   cannot be used.
    public init(
        server: ServerAddress, trust: SottoConfiguration.Trust = .systemRoots, allowsPlainHTTP: Bool = false,
        over loop: SottoNetwork
    ) throws(SottoError) {
        guard server.isSecure || server.isLoopback || allowsPlainHTTP else { throw SottoError(.insecureServer) }
        do throws(TransportError) {
            self.init(network: try loop.network(to: server, trust: trust.forTransport))
        } catch {
            throw SottoError(.unreachable(error))
        }
    }

    init(network: Network) {
        self.network = network
        calls = ServerCalls(network: network)
    }

    /// Reads what is new since `known`, and checks everything.
    /// - Throws: ``AuditError/fraud(_:evidence:)`` with what the server gave out; ``AuditError/failed(_:)``.
    public func audit(since known: KeyLogDump?) async throws(AuditError) -> LogAudit {
        do {
            return try await check(since: known)
        } catch {
            await network.close()
            throw error
        }
    }

    /// What an earlier audit left, checked again.
    /// - Throws: ``AuditError/notADump``, also for a file that was changed since: that says nothing of the server.
    public static func known(_ file: [UInt8]) throws(AuditError) -> KeyLogDump {
        do { return try UnverifiedKeyLogDump(file).verified() } catch { throw .notADump }
    }

    /// Checks a dump, and that it goes on from `known`; asks nobody.
    /// - Throws: ``AuditError/notADump``; ``AuditError/fraud(_:evidence:)``.
    public static func audit(_ file: [UInt8], since known: KeyLogDump?) throws(AuditError) -> LogAudit {
        let dump: UnverifiedKeyLogDump
        do { dump = try UnverifiedKeyLogDump(file) } catch { throw .notADump }
        return try audit(dump, since: known)
    }

    static func audit(_ dump: UnverifiedKeyLogDump, since known: KeyLogDump?) throws(AuditError) -> LogAudit {
        do throws(KeyLogFraud) {
            let verified = try dump.verified()
            if let known { try verified.requireGoesOn(from: known) }
            return LogAudit(dump: verified, newEntryCount: newEntryCount(verified, known), cosigners: [])
        } catch {
            // A log that went back, or has other entries, may break other rules too: the first difference says most.
            throw .fraud(worse(error, dump, known), evidence: dump.bytes)
        }
    }

    private func check(since known: KeyLogDump?) async throws(AuditError) -> LogAudit {
        let card = try await ask(Endpoints.serverCard)
        let answer = try await ask(Endpoints.keyLogHead)
        guard let key = try? ServerPublicKey(card.serverKey),
            let head = UnverifiedTreeHead(answer.head), head.claimed.size <= ClientLimits.auditEntriesMax
        else { throw .failed(SottoError(.unexpectedAnswer(status: 200))) }
        let start = min(known?.head.head.size ?? 0, head.claimed.size)
        let kept = known?.entries.prefix(Int(start) * KeyLogEntry.byteCount) ?? []
        let entries = Array(kept) + (try await entries(from: start, to: head.claimed.size))
        var dump = UnverifiedKeyLogDump(key: key, head: head, entries: entries)
        if let known, (try? dump.verified()) == nil {
            // The kept entries do not lead to this head: what does the server have in their place?
            let whole = try await self.entries(from: 0, to: min(head.claimed.size, known.head.head.size))
            dump = UnverifiedKeyLogDump(key: key, head: head, entries: whole + entries.dropFirst(whole.count))
        }
        var audit = try Self.audit(dump, since: known)
        audit.cosigners = try Self.cosigners(answer.cosignatures, audit.dump)
        await network.close()
        return audit
    }

    private func entries(from first: UInt64, to end: UInt64) async throws(AuditError) -> [UInt8] {
        var entries: [UInt8] = []
        while true {
            let next = first + UInt64(entries.count / KeyLogEntry.byteCount)
            guard next < end else { return entries }
            let limit = min(end - next, UInt64(Limits.keyLogEntriesMax))
            let page = try await ask(
                Endpoints.keyLogEntries, query: [Endpoints.firstEntry(next), Endpoints.entryLimit(limit)])
            guard page.entries.count.isMultiple(of: KeyLogEntry.byteCount),
                page.entries.count <= Int(limit) * KeyLogEntry.byteCount
            else { throw .failed(SottoError(.unexpectedAnswer(status: 200))) }
            // Fewer than the head says: the check finds that they are withheld.
            if page.entries.isEmpty { return entries }
            entries += page.entries
        }
    }

    private func ask<Gives>(
        _ endpoint: Endpoint<Nothing, Gives>, query: [Argument] = []
    ) async throws(AuditError) -> Gives {
        do { return try await calls.run(endpoint, query: query) } catch { throw .failed(SottoError(error)) }
    }

    /// The names of the witnesses whose cosignature is good and of this very log.
    private static func cosigners(
        _ cosignatures: [CosignaturePayload], _ dump: KeyLogDump
    ) throws(AuditError) -> [String] {
        var names: [String] = []
        for one in cosignatures {
            let head = TreeHead(log: dump.head.head.log, size: one.treeSize, root: one.root, time: one.time)
            guard let head, let key = try? WitnessKey(one.key), let signature = try? Ed25519.Signature(one.signature),
                head.isCosigned(by: key, signature)
            else { continue }
            guard dump.root(size: one.treeSize) == one.root else {
                throw .fraud(.forked(size: one.treeSize), evidence: dump.bytes)
            }
            names.append(one.name ?? Base64URL.encode(one.key))
        }
        return names
    }

    private static func newEntryCount(_ dump: KeyLogDump, _ known: KeyLogDump?) -> UInt64 {
        dump.head.head.size - (known?.head.head.size ?? 0)
    }

    private static func worse(
        _ fraud: KeyLogFraud, _ dump: UnverifiedKeyLogDump, _ known: KeyLogDump?
    ) -> KeyLogFraud {
        guard let known, fraud != .badSignature, fraud != .anotherKey, dump.key == known.key else { return fraud }
        let (size, knownSize) = (dump.head.claimed.size, known.head.head.size)
        if size < knownSize { return .rolledBack(knownSize: knownSize, size: size) }
        if size == knownSize, dump.head.claimed.root != known.head.head.root { return .forked(size: size) }
        return KeyLogDump.firstDifference(dump.entries, known.entries).map { .rewritten(index: $0) } ?? fraud
    }
}

/// What an audit found in order.
public struct LogAudit: Sendable {
    let dump: KeyLogDump
    /// How many entries were not known before.
    public let newEntryCount: UInt64
    /// The witnesses that signed a tree of this very log.
    public internal(set) var cosigners: [String]

    /// The head that the server signed.
    public var head: TreeHeadPayload { dump.head.payload }
    /// How many accounts the log is of.
    public var accountCount: Int { dump.accountCount }
    /// The changes of one account's list, read from the whole log: what no answer can leave out.
    public func changes(of account: AccountID) -> [(index: UInt64, epoch: UInt64)] {
        dump.entries(of: KeyLogAccountName(account)).map { ($0.index, $0.entry.epoch) }
    }

    /// The whole log as a file: a dump, and what the next audit goes on from.
    public var file: [UInt8] { dump.bytes }
}

/// Why an audit did not end well.
public enum AuditError: Error, Sendable {
    /// The log is not what it must be. The evidence is a dump of what was given out.
    case fraud(KeyLogFraud, evidence: [UInt8])
    /// The file is no dump of a key log.
    case notADump
    /// The server could not be asked.
    case failed(SottoError)
}

extension AuditError: CustomStringConvertible {
    /// A sentence for whoever runs the auditor.
    public var description: String {
        switch self {
        case .fraud(let fraud, _): fraud.description
        case .notADump: "The file is not a whole dump of a key log."
        case .failed(let error): error.description
        }
    }
}
