import Chat
import Crypto
import Keys
import Store
import TestKit
import Testing
import Wire

/// Mirrors `KeyLogReading` and `KeyLogWriting`.
@Suite("The key log") struct KeyLogTests {
    private let house = ChatHouse()
    private let key = ServerSigningKey()

    private var heads: TreeHeads { TreeHeads(signedBy: key) }

    private func look<R: Sendable>(
        _ body: @escaping @Sendable (Look) throws(Problem) -> R
    ) async throws -> R { try await house.chat.look(body) }

    private func proof(
        of person: Person, epoch: UInt64, since known: UInt64? = nil
    ) async throws -> TransparencyPayload {
        let heads = heads
        return try await look { (look) throws(Problem) in
            try look.transparency(of: person.account, epoch: epoch, since: known, heads)
        }
    }

    private func list(_ person: Person, _ payload: DeviceListPayload) throws -> VerifiedDeviceList {
        try UnverifiedDeviceList(
            account: person.account, identity: person.identity.publicKeys.payload, list: payload
        ).verifiedOnFirstUse(account: person.account)
    }

    /// Checks a proof as a client does, and gives its head.
    @discardableResult
    private func verify(_ proof: TransparencyPayload, _ list: VerifiedDeviceList) throws -> VerifiedTreeHead {
        let head = try #require(UnverifiedTreeHead(proof.head)).verified(by: key.publicKey)
        let path = try #require(MerkleProof.path(proof.inclusion))
        #expect(head.includes(KeyLogEntry(list, kind: .init(proof.kind)), at: proof.index, by: path))
        return head
    }

    private func entries() async throws -> [KeyLogEntry] {
        let page = try await look { (look) throws(Problem) in try look.keyLogPage(from: 0, limit: 1000) }
        let count = page.entries.count / KeyLogEntry.byteCount
        #expect(page.treeSize == UInt64(count))
        return try (0..<count).map { (index) in
            try KeyLogEntry(Array(page.entries[index * KeyLogEntry.byteCount..<(index + 1) * KeyLogEntry.byteCount]))
        }
    }

    @Test("registering, linking and unlinking are logged, each in the step that does it, and each list is proven")
    func changes() async throws {
        let alice = try await house.person("alice")
        let bob = try await house.person("bobby")
        try verify(try await proof(of: alice, epoch: 1), list(alice, alice.list(epoch: 1, [alice.device])))
        let tablet = PersonDevice(account: alice.account, number: 2, now: house.now)
        let linked = alice.list(epoch: 2, [alice.device, tablet])
        try await change(alice, linked, preKeys: tablet.upload)
        try verify(try await proof(of: alice, epoch: 2), list(alice, linked))
        let unlinked = alice.list(epoch: 3, [alice.device])
        try await change(alice, unlinked)
        let last = try await proof(of: alice, epoch: 3, since: 3)
        let head = try verify(last, list(alice, unlinked))
        #expect(head.head.size == 4 && last.index == 3)
        let expected = try [
            KeyLogEntry(list(alice, alice.list(epoch: 1, [alice.device]))),
            KeyLogEntry(list(bob, bob.list(epoch: 1, [bob.device]))),
            KeyLogEntry(list(alice, linked)), KeyLogEntry(list(alice, unlinked)),
        ]
        #expect(try await entries() == expected)
    }

    private func change(_ person: Person, _ list: DeviceListPayload, preKeys: PreKeyUpload? = nil) async throws {
        let row = try await look { (look) throws(Problem) in try look.accountRow(person.account) }
        let change = try VerifiedListChange(
            DeviceListChange(deviceList: list, preKeys: preKeys), of: row, now: house.now)
        try await house.chat.commit { (turn) throws(Problem) in
            _ = try turn.changeDevices(change, of: person.account, by: person.address)
        }
    }

    @Test("what is refused is not logged")
    func refused() async throws {
        let alice = try await house.person("alice")
        let again = Person("alice", now: house.now)
        #expect(await problem { try await house.register(again) } == .handleTaken)
        #expect(await problem { try await change(alice, alice.list(epoch: 3, [alice.device])) } == .staleDeviceList)
        let stranger = PersonDevice(account: alice.account, number: 9, now: house.now)
        let wrong = alice.list(epoch: 2, [alice.device, stranger])
        #expect(await problem { try await change(alice, wrong) } == .malformed)
        #expect(try await entries().count == 1)
    }

    @Test("every size of a growing log proves every entry, and goes on from every size before")
    func growing() async throws {
        var known: [VerifiedTreeHead] = []
        var people: [Person] = []
        for number in 0..<20 {
            people.append(try await house.person("person-\(number)", oneTimePreKeyCount: 0))
            for earlier in known {
                let proof = try await proof(of: people[0], epoch: 1, since: earlier.head.size)
                let head = try verify(proof, list(people[0], people[0].list(epoch: 1, [people[0].device])))
                let path = try #require(proof.consistency.flatMap { MerkleProof.path($0) })
                #expect(earlier.precedes(head, by: path))
                let asked = try await look { (look) throws(Problem) in
                    try look.keyLogConsistency(from: earlier.head.size, to: head.head.size)
                }
                #expect(MerkleProof.path(asked.hashes) == path)
            }
            for (index, person) in people.enumerated() {
                let proof = try await proof(of: person, epoch: 1)
                let head = try verify(proof, list(person, person.list(epoch: 1, [person.device])))
                #expect(proof.index == UInt64(index) && proof.consistency == nil)
                let asked = try await look { (look) throws(Problem) in
                    try look.keyLogInclusion(of: UInt64(index), size: head.head.size)
                }
                #expect(asked.hashes == proof.inclusion)
                if index == number { known.append(head) }
            }
        }
    }

    @Test("places and sizes that the log does not have are not found, and no proof comes of a size it never had")
    func absent() async throws {
        let alice = try await house.person("alice")
        #expect(try await proof(of: alice, epoch: 1, since: 2).consistency == nil)
        for (from, to): (UInt64, UInt64) in [(0, 1), (1, 2), (2, 1), (.max, .max)] {
            #expect(await problem { try await look { (look) throws(Problem) in
                try look.keyLogConsistency(from: from, to: to)
            } } == .notFound)
        }
        for (index, size): (UInt64, UInt64) in [(1, 1), (0, 0), (0, 2), (.max, 1)] {
            #expect(await problem { try await look { (look) throws(Problem) in
                try look.keyLogInclusion(of: index, size: size)
            } } == .notFound)
        }
        #expect(await problem { try await proof(of: alice, epoch: 2) } == .internalError)
        #expect(await problem { try await look { (look) throws(Problem) in
            try look.keyLog(of: .random(), after: 0, limit: 1)
        } } == .notFound)
    }

    @Test("an account's entries come by epoch, with their places")
    func ofAccount() async throws {
        let alice = try await house.person("alice")
        _ = try await house.person("bobby")
        let tablet = PersonDevice(account: alice.account, number: 2, now: house.now)
        try await change(alice, alice.list(epoch: 2, [alice.device, tablet]), preKeys: tablet.upload)
        let log = try await look { (look) throws(Problem) in try look.keyLog(of: alice.account, after: 0, limit: 9) }
        #expect(log.items.map(\.index) == [0, 2])
        #expect(try log.items.map { try KeyLogEntry($0.entry).epoch } == [1, 2])
        let later = try await look { (look) throws(Problem) in try look.keyLog(of: alice.account, after: 1, limit: 9) }
        #expect(later.items.map(\.index) == [2])
    }

    @Test("a head is signed once for a tree and a while, and anew when either is over")
    func headsKept() async throws {
        let heads = heads
        func head() async throws -> TreeHeadPayload {
            try await look { (look) throws(Problem) in try look.keyLogHead(heads, witnesses: []).head }
        }
        let empty = try await head()
        #expect(empty.treeSize == 0 && empty.root == SHA256.hash([]))
        house.clock.advance(seconds: TreeHeads.ageMaxSeconds - 1)
        #expect(try await head() == empty)
        house.clock.advance(seconds: 1)
        let later = try await head()
        #expect(later.time == house.now && later.root == empty.root)
        _ = try await house.person("alice")
        #expect(try await head().treeSize == 1)
    }

    @Test("accounts of before the log are adopted once, before all others")
    func adopted() async throws {
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let tablet = PersonDevice(account: bob.account, number: 2, now: house.now)
        try await change(bob, bob.list(epoch: 2, [bob.device, tablet]), preKeys: tablet.upload)
        // A second house with the rows of the first, and no log.
        let old = ChatHouse()
        for person in [alice, bob] {
            let row = try await look { (look) throws(Problem) in try look.accountRow(person.account) }
            let devices = try await look { (look) throws(Problem) in try look.tables.devices(of: person.account) }
            try await old.store.write { (tables) throws(Problem) in
                try tables.insert(row)
                for device in devices { try tables.insertDevice(device) }
            }
        }
        var last: AccountID?
        var rounds = 0
        repeat {
            let page = last
            last = try await old.chat.commit { (turn) throws(Problem) in
                try turn.adoptIntoKeyLog(after: page, limit: 1)
            }
            rounds += 1
        } while last != nil
        #expect(rounds == 3)
        let heads = heads
        for (person, epoch, devices): (Person, UInt64, [PersonDevice]) in [
            (alice, 1, [alice.device]), (bob, 2, [bob.device, tablet]),
        ] {
            let proof = try await old.chat.look { (look) throws(Problem) in
                try look.transparency(of: person.account, epoch: epoch, since: nil, heads)
            }
            #expect(proof.kind == .adopted)
            try verify(proof, list(person, person.list(epoch: epoch, devices)))
        }
        let carol = try await old.person("carol")
        let again = try await old.chat.commit { (turn) throws(Problem) in try turn.adoptIntoKeyLog(after: nil) }
        #expect(again == nil)
        let size = try await old.store.read { (tables) throws(Problem) in try tables.keyLogSize() }
        #expect(size == 3)
        let ofCarol = try await old.chat.look { (look) throws(Problem) in
            try look.transparency(of: carol.account, epoch: 1, since: nil, heads)
        }
        #expect(ofCarol.kind == .changed && ofCarol.index == 2)
    }
}
