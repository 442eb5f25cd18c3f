import Crypto
import Keys
import Wire

/// docs/protocol/transparency.md: entries, roots, proofs, a tree head and a cosignature.
enum TransparencyVectors {
    private static let entryCount: UInt64 = 13

    static func make() throws -> JSON {
        var entries: [KeyLogEntry] = []
        var entryRows: [JSON] = []
        for number in 0..<entryCount {
            let maker = try Maker(
                account: UInt8(0x20 + number), device: 1, registration: 1, epoch: number == 0 ? 9 : 1)
            let entry = KeyLogEntry(maker.list, kind: number == 0 ? .adopted : .changed)
            entries.append(entry)
            entryRows.append(.object([
                ("kind", .number(UInt64(entry.kind.rawValue))), ("account", .hex(maker.account.bytes.array)),
                ("list", .hex(maker.list.bytes)), ("entry", .hex(entry.bytes)), ("leaf", .hex(entry.leafHash)),
            ]))
        }
        let nodes = Nodes(entries.map(\.leafHash))
        let key = ServerSigningKey()
        let root = nodes.root(entryCount)
        let head = required(VerifiedTreeHead(size: entryCount, root: root, time: Maker.now, signedBy: key))
        SeededRandom.listen()
        let witness = WitnessSigningKey()
        let witnessPrivate = SeededRandom.draws[0]
        let cosigned = required(
            TreeHead(
                log: head.head.log, size: entryCount, root: root,
                time: Timestamp(milliseconds: Maker.now.milliseconds + 1)))
        return .object([
            ("entries", .list(entryRows)),
            ("roots", .list((0...entryCount).map { .hex(nodes.root($0)) })),
            ("inclusion", .list((0..<entryCount).map { (index) in
                .object([
                    ("index", .number(index)), ("size", .number(entryCount)),
                    ("hashes", .hex(nodes.inclusion(index, entryCount))),
                ])
            })),
            ("consistency", .list((1...entryCount).map { (earlier) in
                .object([
                    ("from", .number(earlier)), ("to", .number(entryCount)),
                    ("hashes", .hex(nodes.consistency(earlier, entryCount))),
                ])
            })),
            ("serverPrivate", .hex(key.exportSeed().exportUnprotected())), ("serverKey", .hex(key.publicKey.bytes)),
            ("head", .object([
                ("log", .hex(head.head.log)), ("treeSize", .number(entryCount)), ("root", .hex(root)),
                ("time", .number(Maker.now.milliseconds)), ("signature", .hex(head.signature.bytes)),
            ])),
            ("witnessPrivate", .hex(witnessPrivate)), ("witnessKey", .hex(witness.publicKey.bytes)),
            ("cosignature", .object([
                ("time", .number(cosigned.time.milliseconds)), ("signature", .hex(witness.cosign(cosigned).bytes)),
            ])),
        ])
    }

    /// The hashes of full subtrees, in the order in which the log completes them.
    private struct Nodes {
        private var hashes: [[UInt8]] = []

        init(_ leaves: [[UInt8]]) {
            for (size, leaf) in leaves.enumerated() {
                let known = hashes
                hashes += MerkleTree(size: UInt64(size)).appending(leafHash: leaf) { known[Int($0.position)] }
            }
        }

        func root(_ size: UInt64) -> [UInt8] { MerkleTree(size: size).root { hashes[Int($0.position)] } }

        func inclusion(_ index: UInt64, _ size: UInt64) -> [UInt8] {
            MerkleTree(size: size).inclusionPath(of: index) { hashes[Int($0.position)] }.flatMap(\.self)
        }

        func consistency(_ earlier: UInt64, _ size: UInt64) -> [UInt8] {
            MerkleTree(size: size).consistencyPath(from: earlier) { hashes[Int($0.position)] }.flatMap(\.self)
        }
    }
}
