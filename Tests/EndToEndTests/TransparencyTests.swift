import Crypto
import Keys
import TestKit
import Testing
import Transport
import Wire

@Suite("The key log of a server") struct TransparencyTests {
    private func key(_ house: House) async throws -> ServerPublicKey {
        try ServerPublicKey(try await house.api.call("GET", "/.well-known/sotto", as: ServerCard.self).serverKey)
    }

    private func verified(
        _ proof: TransparencyPayload?, _ person: Person, _ list: DeviceListPayload, _ key: ServerPublicKey
    ) throws -> VerifiedTreeHead {
        let proof = try #require(proof)
        let verified = try UnverifiedDeviceList(
            account: person.account, identity: person.identity.publicKeys.payload, list: list
        ).verifiedOnFirstUse(account: person.account)
        let head = try #require(UnverifiedTreeHead(proof.head)).verified(by: key)
        let path = try #require(MerkleProof.path(proof.inclusion))
        #expect(head.includes(KeyLogEntry(verified, kind: .init(proof.kind)), at: proof.index, by: path))
        return head
    }

    @Test("lists and bundles come with a proof that verifies, and that goes on from what the asker knows")
    func proofs() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let key = try await key(house)
        let first: AccountView = try await house.api.call("GET", "/v1/accounts/\(bob.account)", token: alice.token)
        let known = try verified(first.transparency, bob.person, first.deviceList, key)
        #expect(known.head.size == 2 && first.transparency?.consistency == nil)
        _ = try await house.person("carol")
        let tablet = PersonDevice(account: bob.account, number: 2, now: House.now)
        let list = bob.person.list(epoch: 2, [bob.device, tablet])
        let changed: AccountView = try await house.api.call(
            "PUT", "/v1/devices?treeSize=2", DeviceListChange(deviceList: list, preKeys: tablet.upload),
            token: bob.token)
        let claimed: ClaimedKeys = try await house.api.call(
            "POST", "/v1/keys/\(bob.account)/claims?treeSize=2", token: alice.token)
        let found: AccountView = try await house.api.call("GET", "/v1/handles/bobby?treeSize=2", token: alice.token)
        for (proof, list) in [
            (changed.transparency, changed.deviceList), (claimed.transparency, claimed.deviceList),
            (found.transparency, found.deviceList),
        ] {
            let head = try verified(proof, bob.person, list, key)
            #expect(head.head.size == 4 && proof?.index == 3)
            let path = try #require(proof?.consistency.flatMap { MerkleProof.path($0) })
            #expect(known.precedes(head, by: path))
        }
        for wrong in ["0", "x", "-1", "1099511627777"] {
            let refused = try await house.api.send("GET", "/v1/handles/bobby?treeSize=\(wrong)", token: alice.token)
            #expect(refused.status == 400, "\(wrong)")
        }
    }

    @Test("anyone may read the log; an account's entries are for those who are logged in")
    func readers() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let head: KeyLogHead = try await house.api.call("GET", "/v1/transparency/head")
        let verified = try #require(UnverifiedTreeHead(head.head)).verified(by: try await key(house))
        let page: KeyLogPage = try await house.api.call("GET", "/v1/transparency/entries")
        let entry = try KeyLogEntry(page.entries)
        #expect(entry.account == KeyLogAccountName(alice.account) && entry.epoch == 1)
        var range = CompactRange()
        range.append(leafHash: entry.leafHash)
        #expect(range.root == verified.head.root)
        let none: KeyLogPage = try await house.api.call("GET", "/v1/transparency/entries?from=1&limit=5")
        #expect(none.entries.isEmpty && none.treeSize == 1)
        let proof: MerkleProofPayload = try await house.api.call("GET", "/v1/transparency/inclusion?index=0&size=1")
        #expect(proof.hashes.isEmpty)
        let same: MerkleProofPayload = try await house.api.call("GET", "/v1/transparency/consistency?from=1&to=1")
        #expect(same.hashes.isEmpty)
        let own: Page<KeyLogItem> = try await house.api.call("GET", "/v1/accounts/me/transparency", token: alice.token)
        #expect(own.items.map(\.entry) == [entry.bytes])
        #expect(try await house.api.send("GET", "/v1/accounts/\(alice.account)/transparency").status == 401)
        for (target, status) in [
            ("inclusion?index=1&size=1", 404), ("inclusion?index=0&size=2", 404), ("inclusion?index=0", 400),
            ("consistency?from=1&to=2", 404), ("consistency?from=0&to=1", 400), ("consistency", 400),
            ("entries?limit=1001", 400), ("entries?limit=0", 400), ("entries?frm=0", 400),
        ] {
            let answer = try await house.api.send("GET", "/v1/transparency/\(target)")
            #expect(answer.status == status, "\(target)")
        }
    }

    @Test("a named witness leaves its cosignature, which stays over a restart; others may not")
    func witness() async throws {
        let witness = WitnessSigningKey()
        let named = ["--witness", "library=\(Base64URL.encode(witness.publicKey.bytes))"]
        let house = try await House(arguments: named)
        _ = try await house.person("alice")
        func cosigned(by witness: WitnessSigningKey) async throws -> CosignaturePayload {
            let head: KeyLogHead = try await house.api.call("GET", "/v1/transparency/head")
            let seen = try #require(UnverifiedTreeHead(head.head)).claimed
            return CosignaturePayload(
                key: witness.publicKey.bytes, treeSize: seen.size, root: seen.root, time: seen.time,
                signature: witness.cosign(seen).bytes)
        }
        let good = try await cosigned(by: witness)
        let post = "/v1/transparency/cosignatures"
        #expect(try await house.api.send("POST", post, good).status == 204)
        let stranger = try await cosigned(by: WitnessSigningKey())
        #expect(try await house.api.send("POST", post, stranger).status == 403)
        var forged = good
        forged.signature[0] ^= 1
        #expect(try await house.api.send("POST", post, forged).status == 422)
        let before: KeyLogHead = try await house.api.call("GET", "/v1/transparency/head")
        #expect(before.cosignatures.map(\.name) == ["library"])
        let key = try await key(house)
        house.server.stop()
        let again = try await House(arguments: named, folder: house.folder)
        let after: KeyLogHead = try await again.api.call("GET", "/v1/transparency/head")
        #expect(after.cosignatures == before.cosignatures && after.head.root == before.head.root)
        #expect(try await self.key(again) == key, "the server's key is its own for good")
    }

    @Test("who reads the log without an account is limited like anyone")
    func limited() async throws {
        let house = try await House(arguments: ["--limit-requests", "5/0.001"])
        var statuses: [Int] = []
        for _ in 0..<7 { statuses.append(try await house.api.send("GET", "/v1/transparency/head").status) }
        #expect(statuses == [200, 200, 200, 200, 200, 429, 429])
    }
}
