import Crypto
import Keys
import TestKit
import Testing
import Transport
import Wire

@testable import Client

@Suite("Auditing a server that lies") struct LogAuditorTests {
    /// A server that gives out whatever log it was told to.
    private struct Liar: Sendable {
        let key = ServerSigningKey()
        var entries: [KeyLogEntry]
        /// Entries that the head counts and nobody gets.
        var withheldCount = 0
        var cosignatures: [CosignaturePayload] = []

        var head: VerifiedTreeHead {
            get throws {
                var range = CompactRange()
                for entry in entries { range.append(leafHash: entry.leafHash) }
                let time = Timestamp(milliseconds: 1_700_000_000_000)
                return try #require(VerifiedTreeHead(size: range.size, root: range.root, time: time, signedBy: key))
            }
        }

        func auditor() throws -> LogAuditor {
            let head = KeyLogHead(head: try head.payload, cosignatures: cosignatures)
            let served = Array(entries.dropLast(withheldCount))
            let card = ServerCard(
                serverName: "localhost", serverKey: key.publicKey.bytes, incarnation: .sample, shard: .ofTests,
                registration: "open")
            return LogAuditor(
                network: Network(
                    exchange: { (request) async throws(TransportError) in
                        let answer: any WireRecord
                        if request.path.hasSuffix("/sotto") {
                            answer = card
                        } else if request.path.hasSuffix("/head") {
                            answer = head
                        } else {
                            answer = Self.page(request.path, served)
                        }
                        return .init(status: 200, mediaType: "application/cbor", body: answer.encoded(as: .cbor))
                    },
                    openLine: { (_, _) async throws(TransportError) in throw .cannotConnect }, close: {}))
        }

        private static func page(_ path: String, _ entries: [KeyLogEntry]) -> KeyLogPage {
            let numbers = path.split { !$0.isNumber }.compactMap { Int($0) }
            let items = entries.dropFirst(numbers[1]).prefix(numbers[2])
            return KeyLogPage(entries: items.flatMap(\.bytes), treeSize: UInt64(entries.count))
        }
    }

    private func entry(_ account: AccountID, list: UInt8 = 0) throws -> KeyLogEntry {
        try KeyLogEntry(
            [1, 1] + KeyLogAccountName(account).bytes + [0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: list, count: 32))
    }

    private func fraud(_ body: () async throws -> Void) async -> KeyLogFraud? {
        do {
            try await body()
        } catch AuditError.fraud(let fraud, _) {
            return fraud
        } catch {
            Issue.record("\(error)")
        }
        return nil
    }

    @Test("entries come page by page, and only those that are new are asked for")
    func pages() async throws {
        let entries = try (0..<2500).map { (_) in try entry(.random()) }
        var server = Liar(entries: Array(entries[..<1200]))
        let first = try await server.auditor().audit(since: nil)
        #expect(first.newEntryCount == 1200 && first.accountCount == 1200)
        server.entries = entries
        let known = try LogAuditor.known(first.file)
        let second = try await server.auditor().audit(since: known)
        #expect(second.newEntryCount == 1300 && second.head.treeSize == 2500)
    }

    @Test("entries that are signed and not given out, and a file of state that was changed, are told apart")
    func withheld() async throws {
        let entries = try (0..<3).map { (_) in try entry(.random()) }
        let server = Liar(entries: entries, withheldCount: 1)
        #expect(await fraud { _ = try await server.auditor().audit(since: nil) } == .withheld(index: 2))
        var file = try await Liar(entries: entries).auditor().audit(since: nil).file
        file[file.count - 1] ^= 1
        do {
            _ = try LogAuditor.known(file)
            Issue.record("a changed file was taken")
        } catch AuditError.notADump {
            // It says nothing of the server.
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("an entry that was rewritten behind a new head is named, however the server hides it")
    func rewritten() async throws {
        let accounts = (0..<3).map { (_) in AccountID.random() }
        var server = Liar(entries: try accounts.map { try entry($0) })
        let known = try LogAuditor.known(try await server.auditor().audit(since: nil).file)
        server.entries[1] = try entry(accounts[1], list: 9)
        #expect(await fraud { _ = try await server.auditor().audit(since: known) } == .forked(size: 3))
        server.entries.append(try entry(.random()))
        #expect(await fraud { _ = try await server.auditor().audit(since: known) } == .rewritten(index: 1))
        server.entries = Array(server.entries[..<1])
        #expect(
            await fraud { _ = try await server.auditor().audit(since: known) } == .rolledBack(knownSize: 3, size: 1))
        let other = Liar(entries: try accounts.map { try entry($0) })
        #expect(await fraud { _ = try await other.auditor().audit(since: known) } == .anotherKey)
    }

    @Test("witnesses that signed this log are named; one that signed another tree of its size is proof of a fork")
    func witnesses() async throws {
        var server = Liar(entries: try (0..<4).map { (_) in try entry(.random()) })
        let witness = WitnessSigningKey()
        let head = try server.head.head
        func cosign(_ size: UInt64, _ root: [UInt8]) throws -> CosignaturePayload {
            let seen = try #require(TreeHead(log: head.log, size: size, root: root, time: head.time))
            return CosignaturePayload(
                key: witness.publicKey.bytes, name: "library", treeSize: size, root: root, time: head.time,
                signature: witness.cosign(seen).bytes)
        }
        let earlier = try Liar(entries: Array(server.entries[..<3])).head.head.root
        server.cosignatures = [try cosign(3, earlier)]
        #expect(try await server.auditor().audit(since: nil).cosigners == ["library"])
        var forged = try cosign(4, head.root)
        forged.signature[0] ^= 1
        server.cosignatures = [forged]
        #expect(try await server.auditor().audit(since: nil).cosigners.isEmpty, "nobody signed that")
        server.cosignatures = [try cosign(3, [UInt8](repeating: 7, count: 32))]
        #expect(await fraud { _ = try await server.auditor().audit(since: nil) } == .forked(size: 3))
    }
}
