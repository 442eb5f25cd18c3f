import Crypto

@testable import Keys

/// A Merkle tree as RFC 9162, section 2.1, defines it, word by word and without any cleverness.
enum NaiveTree {
    static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard leaves.count > 1 else { return leaves.first.map { SHA256.hash([0] + $0) } ?? SHA256.hash([]) }
        let split = leaves.startIndex + half(leaves.count)
        return SHA256.hash([1] + root(leaves[..<split]) + root(leaves[split...]))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leaves.count > 1 else { return [] }
        let half = half(leaves.count)
        let split = leaves.startIndex + half
        if index < half { return path(index, leaves[..<split]) + [root(leaves[split...])] }
        return path(index - half, leaves[split...]) + [root(leaves[..<split])]
    }

    static func proof(_ earlier: Int, _ leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        subproof(earlier, leaves, isWhole: true)
    }

    private static func subproof(_ earlier: Int, _ leaves: ArraySlice<[UInt8]>, isWhole: Bool) -> [[UInt8]] {
        if earlier == leaves.count { return isWhole ? [] : [root(leaves)] }
        let half = half(leaves.count)
        let split = leaves.startIndex + half
        if earlier <= half {
            return subproof(earlier, leaves[..<split], isWhole: isWhole) + [root(leaves[split...])]
        }
        return subproof(earlier - half, leaves[split...], isWhole: false) + [root(leaves[..<split])]
    }

    /// The largest power of two below `count`.
    private static func half(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }
}

/// The nodes of a growing log, kept as a store keeps them: in the order of completion.
struct GrownTree {
    private(set) var size: UInt64 = 0
    private(set) var nodes: [[UInt8]] = []

    init(_ leaves: some Sequence<[UInt8]>) {
        for leaf in leaves { append(leaf) }
    }

    mutating func append(_ leaf: [UInt8]) {
        let hashes = MerkleTree(size: size).appending(leafHash: MerkleHash.leaf(leaf)) { nodes[Int($0.position)] }
        nodes += hashes
        size += 1
    }

    func at(_ size: UInt64) -> MerkleTree { MerkleTree(size: size) }

    func node(_ node: MerkleNode) -> [UInt8] { nodes[Int(node.position)] }
}
