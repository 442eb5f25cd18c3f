import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct TreeHeadTests {
    private let key = ServerSigningKey()
    private let root = [UInt8](repeating: 7, count: 32)

    private func head(size: UInt64 = 3, root: [UInt8]? = nil) throws -> VerifiedTreeHead {
        try #require(VerifiedTreeHead(size: size, root: root ?? self.root, time: TestKeys.now, signedBy: key))
    }

    @Test("the signed bytes are those of the table")
    func layout() throws {
        let head = try head(size: 0x0102030405)
        var expected = Array("Sotto tree head v1".utf8) + [0, 1]
        expected += SHA256.hash(key.publicKey.bytes) + [0, 0, 0, 1, 2, 3, 4, 5] + root
        expected.append(number: TestKeys.now.milliseconds)
        #expect(key.publicKey.signing.verifies(head.signature, over: expected))
    }

    @Test("a head verifies with its server's key, and with any field or bit changed it does not")
    func verified() throws {
        let head = try head()
        func check(_ changed: TreeHead?, _ signature: [UInt8]? = nil) throws(TreeHeadError) -> VerifiedTreeHead? {
            guard let changed,
                let unverified = UnverifiedTreeHead(claimed: changed, signature: signature ?? head.signature.bytes)
            else { return nil }
            return try unverified.verified(by: key.publicKey)
        }
        let said = head.head
        #expect(try check(said) == head)
        let other = [UInt8](repeating: 8, count: 32)
        for changed in [
            TreeHead(log: said.log, size: 4, root: said.root, time: said.time),
            TreeHead(log: said.log, size: 3, root: other, time: said.time),
            TreeHead(log: said.log, size: 3, root: said.root, time: said.time.adding(seconds: 1)),
        ] {
            #expect(throws: TreeHeadError.badSignature) { try check(changed) }
        }
        let elsewhere = TreeHead(log: other, size: 3, root: said.root, time: said.time)
        #expect(throws: TreeHeadError.anotherLog) { try check(elsewhere) }
        for bit in 0..<512 {
            #expect(throws: TreeHeadError.badSignature) { try check(said, head.signature.bytes.flipped(bit)) }
        }
        let unverified = try #require(UnverifiedTreeHead(claimed: said, signature: head.signature.bytes))
        #expect(throws: TreeHeadError.anotherLog) { try unverified.verified(by: ServerSigningKey().publicKey) }
    }

    @Test("fields that are not of their size make no head")
    func sizes() {
        #expect(TreeHead(log: [1], size: 0, root: root, time: TestKeys.now) == nil)
        #expect(TreeHead(log: root, size: 0, root: [1], time: TestKeys.now) == nil)
        #expect(TreeHead(log: root, size: MerkleTree.sizeMax + 1, root: root, time: TestKeys.now) == nil)
        #expect(VerifiedTreeHead(size: 1, root: [], time: TestKeys.now, signedBy: key) == nil)
        let head = TreeHead(log: root, size: MerkleTree.sizeMax, root: root, time: TestKeys.now)
        #expect(head != nil && head.flatMap { UnverifiedTreeHead(claimed: $0, signature: [1]) } == nil)
    }

    @Test("a head goes on from an earlier one of the same log, and from an empty one, by their proof only")
    func precedes() throws {
        let leaves = Array(MerkleTreeTests.leaves[..<9])
        let later = try head(size: 9, root: NaiveTree.root(leaves[...]))
        for size in 1...9 {
            let earlier = try head(size: UInt64(size), root: NaiveTree.root(leaves[..<size]))
            let path = NaiveTree.proof(size, leaves[...])
            #expect(earlier.precedes(later, by: path))
            #expect(!earlier.precedes(later, by: path + [root]))
            #expect(try !head(size: UInt64(size)).precedes(later, by: path))
            if size < 9 { #expect(!later.precedes(earlier, by: path)) }
        }
        let empty = try head(size: 0, root: MerkleHash.emptyRoot)
        #expect(empty.precedes(later, by: []))
        #expect(!empty.precedes(later, by: [root]))
        #expect(try !head(size: 0).precedes(later, by: []))
        let other = try #require(
            VerifiedTreeHead(size: 9, root: later.head.root, time: TestKeys.now, signedBy: ServerSigningKey()))
        #expect(!later.precedes(other, by: []))
    }

    @Test("a head includes its own entries, each at its own place")
    func includes() throws {
        let entries = try (0..<5).map { (_) in KeyLogEntry(try TestKeys().list) }
        let leaves = entries.map(\.bytes)
        let head = try head(size: 5, root: NaiveTree.root(leaves[...]))
        for index in 0..<5 {
            let path = NaiveTree.path(index, leaves[...])
            #expect(head.includes(entries[index], at: UInt64(index), by: path))
            #expect(!head.includes(entries[(index + 1) % 5], at: UInt64(index), by: path))
            #expect(!head.includes(entries[index], at: UInt64((index + 1) % 5), by: path))
        }
    }

    @Test("a cosignature is good for its witness, tree and time only, and never passes for a head")
    func cosigned() throws {
        let witness = WitnessSigningKey()
        let said = try head().head
        let signature = witness.cosign(said)
        #expect(said.isCosigned(by: witness.publicKey, signature))
        #expect(!said.isCosigned(by: WitnessSigningKey().publicKey, signature))
        #expect(!said.isCosigned(by: witness.publicKey, try head().signature))
        let later = TreeHead(log: said.log, size: said.size, root: said.root, time: said.time.adding(seconds: 1))
        #expect(try !#require(later).isCosigned(by: witness.publicKey, signature))
        #expect(try WitnessKey(witness.publicKey.bytes) == witness.publicKey)
        #expect(throws: LengthError.self) { try WitnessKey([1]) }
        let own = try ServerPublicKey(witness.publicKey.bytes)
        let passedOff = TreeHead(log: own.fingerprint, size: 3, root: root, time: TestKeys.now)
        let asHead = try #require(passedOff)
        let unverified = try #require(UnverifiedTreeHead(claimed: asHead, signature: witness.cosign(asHead).bytes))
        #expect(throws: TreeHeadError.badSignature) { try unverified.verified(by: own) }
    }

    @Test("a head comes back as it travelled, and one with a field of another size is none")
    func payloads() throws {
        let head = try head()
        let payload = head.payload
        #expect(payload.log == key.publicKey.fingerprint && payload.treeSize == 3 && payload.root == root)
        let travelled = try #require(UnverifiedTreeHead(payload))
        #expect(try travelled.verified(by: key.publicKey) == head)
        var changed = payload
        changed.log.removeLast()
        #expect(UnverifiedTreeHead(changed) == nil)
        changed = payload
        changed.root.append(0)
        #expect(UnverifiedTreeHead(changed) == nil)
        changed = payload
        changed.treeSize = MerkleTree.sizeMax + 1
        #expect(UnverifiedTreeHead(changed) == nil)
        changed = payload
        changed.signature.removeLast()
        #expect(UnverifiedTreeHead(changed) == nil)
    }

    @Test("kinds of entries travel by their names")
    func kinds() {
        #expect(KeyLogEntry.Kind.changed.payload == .changed && KeyLogEntry.Kind.adopted.payload == .adopted)
        for kind in KeyLogEntry.Kind.allCases { #expect(KeyLogEntry.Kind(kind.payload) == kind) }
    }
}
