import Crypto
import Testing
import Wire

@testable import Keys

/// Mirrors `KeyLogDump` and `KeyLogCheck`.
@Suite struct KeyLogDumpTests {
    private let key = ServerSigningKey()
    private let alice = KeyLogAccountName(AccountID.random())
    private let bob = KeyLogAccountName(AccountID.random())

    private func entry(
        _ account: KeyLogAccountName, _ epoch: UInt64, _ kind: KeyLogEntry.Kind = .changed, list: UInt8 = 0
    ) -> [UInt8] {
        var bytes: [UInt8] = [1, kind.rawValue] + account.bytes
        bytes.append(number: epoch)
        return bytes + [UInt8](repeating: list, count: 32)
    }

    /// A dump of those entries with a head that the server signed of them, or of others.
    private func dump(
        _ entries: [[UInt8]], headOf other: [[UInt8]]? = nil, signedBy signer: ServerSigningKey? = nil
    ) throws -> UnverifiedKeyLogDump {
        let signed = other ?? entries
        let head = try #require(
            VerifiedTreeHead(
                size: UInt64(signed.count), root: NaiveTree.root(signed[...]), time: TestKeys.now,
                signedBy: signer ?? key))
        return UnverifiedKeyLogDump(
            key: key.publicKey, head: UnverifiedTreeHead(head), entries: entries.flatMap { $0 })
    }

    @Test("a log in order verifies, and goes through a file")
    func inOrder() throws {
        let entries = [
            entry(alice, 7, .adopted), entry(bob, 1, .adopted), entry(alice, 8), entry(bob, 2), entry(alice, 9),
        ]
        for count in 0...5 {
            let dump = try dump(Array(entries[..<count]))
            let verified = try dump.verified()
            #expect(verified.head.head.size == UInt64(count) && verified.accountCount == min(count, 2))
            #expect(try UnverifiedKeyLogDump(dump.bytes) == dump)
            #expect(verified.bytes == dump.bytes)
            for size in 0...count {
                let earlier = try self.dump(Array(entries[..<size])).verified()
                try verified.requireGoesOn(from: earlier)
                #expect(verified.root(size: UInt64(size)) == earlier.head.head.root)
            }
            #expect(verified.root(size: UInt64(count) + 1) == nil)
        }
    }

    @Test("the entries of an account are found with their places, and those of no other")
    func accounts() throws {
        let entries = [entry(alice, 7, .adopted), entry(bob, 1, .adopted), entry(alice, 8), entry(bob, 2)]
        let log = try dump(entries).verified()
        let found = log.entries(of: alice)
        #expect(found.map(\.index) == [0, 2] && found.map(\.entry.epoch) == [7, 8])
        #expect(found.allSatisfy { $0.entry.account == alice })
        #expect(log.entries(of: bob).map(\.index) == [1, 3])
        #expect(log.entries(of: KeyLogAccountName(.random())).isEmpty)
    }

    @Test("a log that breaks a rule is refused, and the entry is named")
    func rules() throws {
        let cases: [([[UInt8]], KeyLogFraud)] = [
            ([entry(alice, 1), entry(alice, 3)], .missingEntry(index: 1, expectedEpoch: 2, epoch: 3)),
            ([entry(alice, 2)], .missingEntry(index: 0, expectedEpoch: 1, epoch: 2)),
            ([entry(alice, 1), entry(bob, 1), entry(alice, 1, list: 5)], .repeatedEpoch(index: 2, epoch: 1)),
            ([entry(alice, 1), entry(alice, 2), entry(alice, 1)], .repeatedEpoch(index: 2, epoch: 1)),
            ([entry(alice, 1), entry(bob, 4, .adopted)], .adoptedLate(index: 1)),
            ([entry(alice, 1, .adopted), entry(alice, 2, .adopted)], .repeatedEpoch(index: 1, epoch: 2)),
            ([entry(alice, 1), entry(bob, 0)], .noEntry(index: 1)),
        ]
        for (entries, fraud) in cases {
            let dump = try dump(entries)
            #expect(throws: fraud) { try dump.verified() }
        }
    }

    @Test("a head of other entries, of another key, or of more than there are is refused")
    func heads() throws {
        let entries = [entry(alice, 1), entry(bob, 1)]
        let changed = [entry(alice, 1), entry(bob, 1, list: 1)]
        #expect(throws: KeyLogFraud.otherRoot(size: 2)) { try dump(entries, headOf: changed).verified() }
        #expect(throws: KeyLogFraud.withheld(index: 1)) { try dump([entries[0]], headOf: entries).verified() }
        #expect(throws: KeyLogFraud.noEntry(index: 1)) { try dump(entries, headOf: [entries[0]]).verified() }
        #expect(throws: KeyLogFraud.anotherKey) { try dump(entries, signedBy: ServerSigningKey()).verified() }
        let good = try dump(entries)
        for bit in [0, 100, 511] {
            let forged = try #require(
                UnverifiedTreeHead(claimed: good.head.claimed, signature: good.head.signature.bytes.flipped(bit)))
            let dump = UnverifiedKeyLogDump(key: good.key, head: forged, entries: good.entries)
            #expect(throws: KeyLogFraud.badSignature) { try dump.verified() }
        }
    }

    @Test("another log than the one before is told from it: forked, rewritten, rolled back, of another key")
    func compared() throws {
        let entries = [entry(alice, 1), entry(bob, 1), entry(alice, 2)]
        let before = try dump(Array(entries[..<2])).verified()
        let fork = [entries[0], entry(bob, 1, list: 9)]
        let forked = try dump(fork).verified()
        #expect(throws: KeyLogFraud.forked(size: 2)) { try forked.requireGoesOn(from: before) }
        let grown = try dump(fork + [entries[2]]).verified()
        #expect(throws: KeyLogFraud.rewritten(index: 1)) { try grown.requireGoesOn(from: before) }
        let shorter = try dump([entries[0]]).verified()
        #expect(throws: KeyLogFraud.rolledBack(knownSize: 2, size: 1)) { try shorter.requireGoesOn(from: before) }
        let other = try KeyLogDumpTests().dump(entries).verified()
        #expect(throws: KeyLogFraud.anotherKey) { try other.requireGoesOn(from: before) }
        try dump(entries).verified().requireGoesOn(from: before)
    }

    @Test("a file that is no dump is refused, cut anywhere in its head or in an entry")
    func files() throws {
        let bytes = try dump([entry(alice, 1), entry(bob, 1)]).bytes
        for count in bytes.indices where count < 186 || !(count - 186).isMultiple(of: 74) {
            #expect(throws: KeyFormatError.self) { try UnverifiedKeyLogDump(Array(bytes[..<count])) }
        }
        for bit in 0..<bytes.count * 8 {
            let isRefused = (try? UnverifiedKeyLogDump(bytes.flipped(bit)).verified()) == nil
            if !isRefused { Issue.record("bit \(bit) changed, and nobody noticed") }
        }
    }

    @Test("what is wrong is said in a sentence")
    func sentences() {
        for fraud: KeyLogFraud in [
            .anotherKey, .badSignature, .forked(size: 1), .rolledBack(knownSize: 2, size: 1), .rewritten(index: 3),
            .otherRoot(size: 1), .withheld(index: 1), .noEntry(index: 1), .adoptedLate(index: 1),
            .missingEntry(index: 1, expectedEpoch: 2, epoch: 3), .repeatedEpoch(index: 1, epoch: 1),
        ] { #expect(fraud.description.hasSuffix(".") && fraud.description.count > 20) }
    }
}
