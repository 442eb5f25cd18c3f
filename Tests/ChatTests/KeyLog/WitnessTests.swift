import Chat
import Crypto
import Keys
import Store
import Testing
import Wire

@Suite struct WitnessTests {
    private let house = ChatHouse()
    private let heads = TreeHeads(signedBy: ServerSigningKey())
    private let key = WitnessSigningKey()

    private var witness: Witness { Witness(name: "library", key: key.publicKey) }

    private func head() async throws -> KeyLogHead {
        let (heads, witness) = (heads, witness)
        return try await house.chat.look { (look) throws(Problem) in try look.keyLogHead(heads, witnesses: [witness]) }
    }

    private func cosign(_ head: TreeHeadPayload, secondsLater seconds: UInt64 = 1) throws -> CosignaturePayload {
        let time = head.time.adding(seconds: seconds)
        let seen = try #require(TreeHead(log: head.log, size: head.treeSize, root: head.root, time: time))
        return CosignaturePayload(
            key: key.publicKey.bytes, name: "a name of its own", treeSize: head.treeSize, root: head.root, time: time,
            signature: key.cosign(seen).bytes)
    }

    private func keep(_ payload: CosignaturePayload) async throws {
        let cosignature = try VerifiedCosignature(payload, by: [witness], of: heads)
        try await house.chat.commit { (turn) throws(Problem) in try turn.keep(cosignature) }
    }

    @Test("a witness's last cosignature comes with the head, under the operator's name for it")
    func kept() async throws {
        _ = try await house.person("alice")
        let small = try await head()
        #expect(small.cosignatures.isEmpty)
        _ = try await house.person("bobby")
        let large = try await head()
        try await keep(try cosign(large.head))
        // An older one that was late changes nothing; a later one of the same tree does.
        try await keep(try cosign(small.head))
        try await keep(try cosign(large.head, secondsLater: 0))
        var kept = try #require(try await head().cosignatures.first)
        #expect(kept.name == "library" && kept.treeSize == 2)
        kept.name = "a name of its own"
        #expect(kept == (try cosign(large.head)))
        try await keep(try cosign(large.head, secondsLater: 9))
        #expect(try await head().cosignatures.first?.time == large.head.time.adding(seconds: 9))
        let heads = heads
        let none = try await house.chat.look { (look) throws(Problem) in try look.keyLogHead(heads, witnesses: []) }
        #expect(none.cosignatures.isEmpty, "a witness that is named no more is not shown")
    }

    @Test("an unknown witness, a bad signature, another log's tree and a size of the future are refused")
    func refused() async throws {
        _ = try await house.person("alice")
        let good = try cosign(try await head().head)
        func refusal(_ change: (inout CosignaturePayload) -> Void) async -> ProblemCode? {
            var changed = good
            change(&changed)
            let payload = changed
            return await problem { try await keep(payload) }
        }
        #expect(await refusal { $0.key[0] ^= 1 } == .forbidden)
        #expect(await refusal { $0.signature[5] ^= 1 } == .badSignature)
        #expect(await refusal { $0.treeSize = 0 } == .badSignature)
        #expect(await refusal { $0.root[0] ^= 1 } == .badSignature)
        #expect(await refusal { $0.time = good.time.adding(seconds: 1) } == .badSignature)
        var other = try await head().head
        other.root[0] ^= 1
        let elsewhere = try cosign(other)
        #expect(await problem { try await keep(elsewhere) } == .malformed)
        other.treeSize = 2
        let future = try cosign(other)
        #expect(await problem { try await keep(future) } == .notFound)
        #expect(try await head().cosignatures.isEmpty)
    }

    @Test("a witness is named by a name and a key")
    func text() {
        let text = Base64URL.encode(key.publicKey.bytes)
        #expect(Witness(text: "library=\(text)") == witness)
        for wrong in ["", "library", "library=", "=\(text)", "library=\(text)A", "library=x", text] {
            #expect(Witness(text: wrong) == nil, "\(wrong)")
        }
    }
}
