import Crypto
import Testing

@testable import Keys

@Suite struct MerkleTreeTests {
    static let leaves: [[UInt8]] = (0..<130).map { (number) in [UInt8](repeating: UInt8(number), count: number % 7) }

    @Test("roots of all sizes up to 130 are those of the definition")
    func roots() {
        let grown = GrownTree(Self.leaves)
        for size in 0...130 {
            let root = grown.at(UInt64(size)).root(grown.node)
            #expect(root == NaiveTree.root(Self.leaves[..<size]), "size \(size)")
            var range = CompactRange()
            for leaf in Self.leaves[..<size] { range.append(leafHash: MerkleHash.leaf(leaf)) }
            #expect(range.root == root && range.size == UInt64(size))
            #expect(range.peakHashes == grown.at(UInt64(size)).peaks.map(grown.node))
            #expect(CompactRange(size: range.size, peakHashes: range.peakHashes) == range)
        }
        #expect(grown.nodes.count == Int(MerkleTree.nodeCount(ofSize: 130)))
    }

    @Test("inclusion proofs of every leaf of all sizes up to 130 are those of the definition, and verify")
    func inclusion() {
        let grown = GrownTree(Self.leaves)
        for size in 1...130 {
            let root = NaiveTree.root(Self.leaves[..<size])
            for index in 0..<size {
                let path = grown.at(UInt64(size)).inclusionPath(of: UInt64(index), grown.node)
                guard path == NaiveTree.path(index, Self.leaves[..<size]) else {
                    Issue.record("leaf \(index) of \(size)")
                    continue
                }
                let verifies = MerkleProof.includes(
                    leafHash: MerkleHash.leaf(Self.leaves[index]), at: UInt64(index), size: UInt64(size), root: root,
                    path: path)
                #expect(verifies && path.count <= MerkleProof.hashCountMax, "leaf \(index) of \(size)")
            }
        }
    }

    @Test("consistency proofs between all sizes up to 130 are those of the definition, and verify")
    func consistency() {
        let grown = GrownTree(Self.leaves)
        let roots = (0...130).map { NaiveTree.root(Self.leaves[..<$0]) }
        for later in 1...130 {
            for earlier in 1...later {
                let path = grown.at(UInt64(later)).consistencyPath(from: UInt64(earlier), grown.node)
                guard path == NaiveTree.proof(earlier, Self.leaves[..<later]) else {
                    Issue.record("\(earlier) to \(later)")
                    continue
                }
                let verifies = MerkleProof.isConsistent(
                    earlierSize: UInt64(earlier), earlierRoot: roots[earlier], laterSize: UInt64(later),
                    laterRoot: roots[later], path: path)
                #expect(verifies && path.count <= MerkleProof.hashCountMax, "\(earlier) to \(later)")
            }
            #expect(grown.at(UInt64(later)).consistencyPath(from: 0, grown.node).isEmpty)
        }
    }

    @Test("larger trees of random sizes agree with the definition")
    func larger() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("MerkleTreeTests.larger: seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 4000...6000, using: &generator)
        let leaves = (0..<count).map { (_) in [UInt8.random(in: 0...255, using: &generator)] }
        let grown = GrownTree(leaves)
        for _ in 0..<20 {
            let later = Int.random(in: 1...count, using: &generator)
            let earlier = Int.random(in: 1...later, using: &generator)
            let index = Int.random(in: 0..<later, using: &generator)
            let tree = grown.at(UInt64(later))
            #expect(tree.root(grown.node) == NaiveTree.root(leaves[..<later]))
            #expect(tree.inclusionPath(of: UInt64(index), grown.node) == NaiveTree.path(index, leaves[..<later]))
            let consistency = tree.consistencyPath(from: UInt64(earlier), grown.node)
            #expect(consistency == NaiveTree.proof(earlier, leaves[..<later]))
        }
    }

    @Test("a node's position is the order of completion, without gaps, up to the bound")
    func positions() {
        var expected: UInt64 = 0
        for leaf: UInt64 in 0..<300 {
            #expect(MerkleTree.nodeCount(ofSize: leaf) == expected)
            for level in 0...(~leaf).trailingZeroBitCount {
                let node = MerkleNode(level: level, index: ((leaf + 1) >> UInt64(level)) - 1)
                #expect(node.position == expected)
                expected += 1
            }
        }
        #expect(MerkleNode(level: 40, index: 0).position == 2 * MerkleTree.sizeMax - 2)
    }

    @Test("a failing store ends the question with its own error")
    func failing() {
        struct Gone: Error, Equatable {}
        let tree = MerkleTree(size: 5)
        #expect(throws: Gone()) { try tree.root { (_) throws(Gone) in throw Gone() } }
        #expect(throws: Gone()) { try tree.inclusionPath(of: 2) { (_) throws(Gone) in throw Gone() } }
        #expect(throws: Gone()) { try tree.consistencyPath(from: 3) { (_) throws(Gone) in throw Gone() } }
    }

    @Test("a tree above the bound, a path of a leaf that is none and a proof from a larger tree trap")
    func misuse() async {
        await #expect(processExitsWith: .failure) { _ = MerkleTree(size: MerkleTree.sizeMax + 1).size }
        await #expect(processExitsWith: .failure) { _ = MerkleTree(size: 3).inclusionPath(of: 3) { _ in [] } }
        await #expect(processExitsWith: .failure) { _ = MerkleTree(size: 3).consistencyPath(from: 4) { _ in [] } }
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
